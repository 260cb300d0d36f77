"""The table of contents: three includes, the admin, the sign-in."""

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path

from clinic import emergency
from clinic.forms.entrance import SignIn

urlpatterns = [
    path("emergency/", emergency.page, name="emergency"),
    path(
        "accounts/login/", LoginView.as_view(authentication_form=SignIn, redirect_authenticated_user=True), name="login"
    ),
    path("accounts/logout/", LogoutView.as_view(), name="logout"),
    path("admin/", admin.site.urls),
    path("", include("clinic.urls")),
    path("", include("triage.urls")),
    path("", include("rehab.urls")),
]

handler403 = "clinic.views.errors.forbidden"
handler404 = "clinic.views.errors.not_found"
handler500 = "clinic.views.errors.server_error"
