"""The runner's ways in: the link of an invitation, a code from the mail, a passkey."""

from functools import wraps

from allauth.account import views as code_views
from allauth.account.internal.stagekit import clear_login
from allauth.mfa.webauthn import views as passkey_views
from allauth.mfa.webauthn.internal import auth, flows
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LogoutView
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from clinic import invitations
from clinic.access import may_sign_in_by_mail
from clinic.entrance import came_in_just_now, end_sessions, forget, passkeys_of, refused, remember_device, sign_in
from clinic.forms.entrance import AddPasskey
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
        return render(request, "clinic/welcome.html", {"invitation": invitations.find_open(token, now)})
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


def _own_passkeys(request):
    """Return the passkeys of the runner signed in; who works here has none."""
    if not may_sign_in_by_mail(request.user):
        raise PermissionDenied
    return passkeys_of(request.user)


@login_required
@never_cache
def passkeys(request):
    """Show a runner's passkeys and add one (POST); adding needs a sign-in of the last minutes."""
    known, fresh = _own_passkeys(request), came_in_just_now(request)
    told = request.POST if request.method == "POST" and fresh else None
    form = AddPasskey(told, user=request.user, initial={"name": _("My phone")})
    if form.is_valid():
        flows.add_authenticator(request, **form.cleaned_data)
        messages.success(request, _("This device can sign in now, without a code."))
        return redirect("clinic:passkeys")
    context = {"known": known, "form": form, "fresh": fresh}
    if fresh:
        context["options"] = {"creation_options": auth.begin_registration(request.user, passwordless=True)}
    return render(request, "account/passkeys.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def forget_passkey(request, key_id):
    """Remove a passkey: the device it stands on signs in by code again."""
    forget(request, get_object_or_404(_own_passkeys(request), pk=key_id))
    messages.success(request, _("The passkey was removed."))
    return redirect("clinic:passkeys")


class SignOut(LogoutView):
    """Sign out everywhere, and let the browser forget every page and drawing it fetched, but not its reader's language.

    What a runner's phone keeps for a place without a connection is wiped by the page, which first sends what waits.
    """

    def post(self, request, *args, **kwargs):
        """Sign out."""
        language = request.LANGUAGE_CODE  # the person's, who is gone afterwards
        end_sessions(request.user)
        answer = remember_language(super().post(request, *args, **kwargs), language)
        answer.headers["Clear-Site-Data"] = '"cache"'
        return answer
