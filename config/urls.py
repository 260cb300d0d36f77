"""The table of contents: three includes, the admin, the sign-in."""

from django.contrib import admin
from django.contrib.auth.views import LoginView
from django.urls import include, path

from clinic import emergency
from clinic.forms.entrance import SignIn
from clinic.views import entrance, health

password = LoginView.as_view(authentication_form=SignIn, redirect_authenticated_user=True)

urlpatterns = [
    path("emergency/", emergency.page, name="emergency"),
    path("healthz", health.alive, name="alive"),
    path("readyz", health.ready, name="ready"),
    path("accounts/login/", password, name="login"),
    path("accounts/logout/", entrance.SignOut.as_view(), name="logout"),
    # Of allauth's addresses these alone, under the names it looks for; it is not included.
    path("accounts/login/", password, name="account_login"),
    path("accounts/code/", entrance.ask_for_code, name="account_request_login_code"),
    path("accounts/code/enter/", entrance.enter_code, name="account_confirm_login_code"),
    path("accounts/passkey/", entrance.sign_in_by_passkey, name="mfa_login_webauthn"),
    path("admin/", admin.site.urls),
    path("", include("clinic.urls")),
    path("", include("triage.urls")),
    path("", include("rehab.urls")),
]

handler403 = "clinic.views.errors.forbidden"
handler404 = "clinic.views.errors.not_found"
handler429 = "clinic.views.errors.too_many"  # where allauth counts
handler500 = "clinic.views.errors.server_error"
