"""The table of contents: three includes, the admin, the sign-in."""

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView, PasswordResetConfirmView
from django.urls import include, path, reverse_lazy

from clinic import emergency
from clinic.forms import SignIn

urlpatterns = [
    path("emergency/", emergency.page, name="emergency"),
    path(
        "accounts/login/", LoginView.as_view(authentication_form=SignIn, redirect_authenticated_user=True), name="login"
    ),
    path("accounts/logout/", LogoutView.as_view(), name="logout"),
    path(
        "accounts/welcome/<uidb64>/<token>/",
        PasswordResetConfirmView.as_view(
            template_name="registration/welcome.html", success_url=reverse_lazy("clinic:today"), post_reset_login=True
        ),
        name="welcome",
    ),
    path("admin/", admin.site.urls),
    path("", include("clinic.urls")),
    path("", include("triage.urls")),
    path("", include("rehab.urls")),
]

handler403 = "clinic.views.errors.forbidden"
handler404 = "clinic.views.errors.not_found"
handler500 = "clinic.views.errors.server_error"
