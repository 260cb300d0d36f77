"""The ways in and out: the link of an invitation, a code from the mail, a passkey, a password with a second factor."""

from functools import wraps

from allauth.account import views as code_views
from allauth.account.internal.decorators import login_stage_required
from allauth.account.internal.stagekit import clear_login
from allauth.account.utils import get_login_redirect_url, get_next_redirect_url
from allauth.mfa.webauthn import views as passkey_views
from allauth.mfa.webauthn.internal import auth
from django.contrib.auth.views import LogoutView, redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from clinic import invitations
from clinic.entrance import (
    SecondFactor,
    passkeys_of,
    refused,
    remember_device,
    sign_in,
    sign_in_by_password,
    told_by_mail,
)
from clinic.factors import Type
from clinic.forms.entrance import SignIn
from clinic.forms.factors import SecondCode, SecondPasskey
from clinic.language import remember_language


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request, token):
    """Show one button to who opens the link (GET), which programs that look through mails do too; let in (POST).

    Used, expired, withdrawn and unknown links get one answer.
    """
    now = timezone.now()
    try:
        if request.method == "POST":
            sign_in(request, invitations.accept(token=token, at=now), method="invitation")
            return remember_device(request, redirect("clinic:today"))
        invitation = invitations.find_open(token, now)
        with translation.override(invitations.language_of(invitation)):
            return render(request, "clinic/welcome.html", {"invitation": invitation})
    except invitations.Dead:
        return render(request, "clinic/link_dead.html", status=404)


def counted(view):
    """Let nobody in by a way whose tries cannot be counted: with the cache down the page says what else to do."""

    @wraps(view)
    def watched(request, *args, **kwargs):
        try:
            return view(request, *args, **kwargs)
        except DatabaseError:
            return render(request, "account/not_now.html", status=503)

    return watched


ask_for_code = counted(code_views.request_login_code)
sign_in_by_passkey = counted(passkey_views.login_webauthn)


@counted
@never_cache
def enter_code(request):
    """Take the code (POST); "again" leaves this one and asks for another; whoever comes too late is told so."""
    if request.method == "POST" and "again" in request.POST:
        clear_login(request)
        return redirect("account_request_login_code")
    asked_before = "account_login" in request.session
    answer = code_views.confirm_login_code(request)
    ended = answer.status_code == 302 and answer.url == reverse("account_request_login_code")
    return refused(request) if ended and asked_before else remember_device(request, answer)


@counted
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def password(request):
    """Take address and password (POST), and go on to the second factor of who has one."""
    if request.user.is_authenticated:
        return redirect(get_login_redirect_url(request))
    form = SignIn(request, request.POST if request.method == "POST" else None)
    if form.is_valid():
        return remember_device(request, sign_in_by_password(request, form.get_user()))
    return render(request, "registration/login.html", {"form": form, "next": get_next_redirect_url(request) or ""})


@counted
@require_http_methods(["GET", "HEAD", "POST"])
@login_stage_required(stage=SecondFactor.key, redirect_urlname="account_login")
def second_factor(request):
    """Take the code of the app, a recovery code, or what a passkey answered (POST), and let in."""
    stage, told = request._login_stage, request.POST if request.method == "POST" else {}
    code = SecondCode(told if "code" in told else None, user=stage.login.user)
    passkey = SecondPasskey(told if told and "code" not in told else None, user=stage.login.user)
    for form in (code, passkey):
        if form.is_valid():
            form.save()
            if form is code and code.factor.type == Type.RECOVERY_CODES:
                told_by_mail(request, "code_used", stage.login.user)
            return remember_device(request, stage.exit())
    context = {"form": code, "passkey": passkey, "has_passkey": passkeys_of(stage.login.user).exists()}
    if context["has_passkey"]:
        context["options"] = {"request_options": auth.begin_authentication(stage.login.user)}
    return render(request, "account/second_factor.html", context, status=422 if told else 200)


def admin_door(request, extra_context=None):
    """Lead who knocks at the admin to the one sign-in there is; who is signed in and may not enter is told so."""
    if not request.user.is_authenticated:
        return redirect_to_login(get_next_redirect_url(request) or reverse("admin:index"))
    if not request.user.is_staff:
        raise PermissionDenied
    return redirect("admin:index")


class SignOut(LogoutView):
    """Sign out everywhere, and let the browser forget every page and drawing it fetched, but not its reader's language.

    What a runner's phone keeps for a place without a connection is wiped by the page, which first sends what waits.
    """

    def post(self, request, *args, **kwargs):
        """Sign out."""
        language = request.LANGUAGE_CODE  # the person's, who is gone afterwards
        if request.user.is_authenticated:  # a second tap on the button finds nobody
            request.user.end_sessions()
        answer = remember_language(super().post(request, *args, **kwargs), language)
        answer.headers["Clear-Site-Data"] = '"cache"'
        return answer
