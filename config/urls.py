"""The table of contents: three includes, the admin, the sign-in."""

from django.contrib import admin
from django.urls import include, path

from clinic import emergency
from clinic.views import entrance, health, resets

urlpatterns = [
    path("emergency/", emergency.page, name="emergency"),
    path("healthz", health.alive, name="alive"),
    path("readyz", health.ready, name="ready"),
    path("accounts/login/", entrance.password, name="login"),
    path("accounts/logout/", entrance.SignOut.as_view(), name="logout"),
    # Of allauth's addresses these alone, under the names it looks for; it is not included.
    path("accounts/login/", entrance.password, name="account_login"),
    path("accounts/second/", entrance.second_factor, name="mfa_authenticate"),
    path("accounts/code/", entrance.ask_for_code, name="account_request_login_code"),
    path("accounts/code/enter/", entrance.enter_code, name="account_confirm_login_code"),
    path("accounts/passkey/", entrance.sign_in_by_passkey, name="mfa_login_webauthn"),
    path("accounts/reset/", resets.ask, name="ask_for_reset"),
    path("accounts/reset/<str:uidb64>/<str:token>/", resets.choose, name="reset_password"),
    path("admin/", admin.site.urls),
    path("", include("clinic.urls")),
    path("", include("triage.urls")),
    path("", include("rehab.urls")),
]

handler403 = "clinic.views.errors.forbidden"
handler404 = "clinic.views.errors.not_found"
handler429 = "clinic.views.errors.too_many"  # where allauth counts
handler500 = "clinic.views.errors.server_error"
