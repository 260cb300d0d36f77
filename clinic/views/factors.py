"""What lets a person in, on their own pages: password, app, passkeys, recovery codes.  Changing any asks who it is."""

from functools import wraps

from allauth.account.utils import get_next_redirect_url
from allauth.mfa.webauthn.internal import auth
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic import factors
from clinic.access import may_sign_in_by_mail, must_have_second_factor, works_here
from clinic.entrance import came_in_just_now, completed_by, keep_this_session_alone, passkeys_of, told_by_mail
from clinic.factors import Type
from clinic.forms.entrance import AddPasskey
from clinic.forms.factors import SECRET, ChangePassword, SetUpApp


def freshly(view):
    """Open what changes the ways in to who came in just now; ask everybody else to sign in once more."""

    @wraps(view)
    def asked(request, *args, **kwargs):
        return view(request, *args, **kwargs) if came_in_just_now(request) else once_more(request)

    return asked


def once_more(request, back=None, why=None):
    """Ask for a new sign-in, which leads back to this page, or from a form that was sent too late to ``back``.

    ``why`` is said instead of what is said of the ways in.
    """
    is_read = request.method in ("GET", "HEAD")
    back = request.get_full_path() if is_read else back or reverse("clinic:signing_in")
    return render(request, "account/again.html", {"back": back, "why": why}, status=200 if is_read else 403)


@login_required
@require_POST
def again(request):
    """End this session, and lead to the sign-in and back."""
    back = get_next_redirect_url(request) or reverse("clinic:signing_in")
    logout(request)
    return redirect_to_login(back)


def of_the_team(view):
    """Open a page to who works here; a runner comes in by code or passkey and has nothing else to set up."""

    @login_required
    @never_cache
    @wraps(view)
    def opened(request, *args, **kwargs):
        if not works_here(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return opened


@login_required
@never_cache
@require_safe
def signing_in(request):
    """Show somebody who works here what lets them in, and what is missing; a runner's passkeys are all they have."""
    person = request.user
    if not works_here(person):
        return redirect("clinic:passkeys")
    held = factors.second_factors(person)
    context = {
        "app": next((row for row in held if row.type == Type.TOTP), None),
        "passkeys": [row for row in held if row.type == Type.WEBAUTHN],
        "codes_left": factors.codes_left(person),
        "is_missing": must_have_second_factor(person) and not held,
        "is_protected": bool(held),
    }
    return render(request, "account/signing_in.html", context)


@of_the_team
@freshly
@sensitive_post_parameters("old", "new")
@require_http_methods(["GET", "HEAD", "POST"])
def password(request):
    """Change one's password (POST); every other session ends."""
    form = ChangePassword(request.user, request.POST if request.method == "POST" else None)
    if form.is_valid():
        chosen = form.cleaned_data["new"]
        factors.change_password(person=request.user, password=chosen, by=request.user, at=timezone.now())
        keep_this_session_alone(request)
        told_by_mail(request, "password_changed")
        messages.success(request, _("Your password is changed. You are signed out everywhere else."))
        return redirect("clinic:signing_in")
    return render(request, "account/password.html", {"form": form}, status=422 if form.is_bound else 200)


@of_the_team
@freshly
@require_http_methods(["GET", "HEAD", "POST"])
def app(request):
    """Show the square that an app reads, and let the app count once it shows a right code (POST)."""
    if any(row.type == Type.TOTP for row in factors.second_factors(request.user)):
        return redirect("clinic:signing_in")
    form = SetUpApp(request.POST if request.method == "POST" else None, session=request.session)
    if form.is_valid():
        told = {"person": request.user, "by": request.user, "at": timezone.now()}
        made = factors.add_app(secret=request.session.pop(SECRET), step=form.step, **told)
        codes = factors.new_recovery_codes(**told) if factors.codes_left(request.user) is None else []
        completed_by(request, made, "app_added")
        return render(request, "account/recovery_codes.html", {"codes": codes})
    kept = factors.Sealed()
    address = kept.build_totp_url(request.user, form.secret)
    spaced = " ".join(form.secret[i : i + 4] for i in range(0, len(form.secret), 4))
    width, square = factors.drawn(address)
    context = {"form": form, "width": width, "square": square, "address": address, "secret": spaced}
    return render(request, "account/app.html", context, status=422 if form.is_bound else 200)


@of_the_team
@require_POST
def remove_app(request):
    """Remove the app that shows codes."""
    row = get_object_or_404(factors.Authenticator, user=request.user, type=Type.TOTP)
    return _removed(request, row, "app_removed", "clinic:signing_in")


@of_the_team
@freshly
@require_POST
def recovery_codes(request):
    """Make new recovery codes and show them, in this answer alone; those made before open nothing any more."""
    if not factors.second_factors(request.user):
        return redirect("clinic:signing_in")
    codes = factors.new_recovery_codes(person=request.user, by=request.user, at=timezone.now())
    keep_this_session_alone(request)
    told_by_mail(request, "codes_made")
    return render(request, "account/recovery_codes.html", {"codes": codes})


def _own_passkeys(request):
    """Return the passkeys of who is signed in: a runner, or who works here."""
    if not (may_sign_in_by_mail(request.user) or works_here(request.user)):
        raise PermissionDenied
    return passkeys_of(request.user)


@login_required
@never_cache
def passkeys(request):
    """Show somebody's passkeys and add one (POST); adding needs a sign-in of the last minutes."""
    known, fresh = _own_passkeys(request), came_in_just_now(request)
    told = request.POST if request.method == "POST" and fresh else None
    form = AddPasskey(
        told, user=request.user, initial={"name": _("This device") if works_here(request.user) else _("My phone")}
    )
    if form.is_valid():
        made = factors.add_passkey(person=request.user, **form.cleaned_data, by=request.user, at=timezone.now())
        completed_by(request, made, "webauthn_added")
        messages.success(request, _("This device can sign in now, without a code."))
        return redirect("clinic:passkeys")
    context = {"known": known, "form": form, "fresh": fresh, "works_here": works_here(request.user)}
    if fresh:
        context["options"] = {"creation_options": auth.begin_registration(request.user, passwordless=True)}
    return render(request, "account/passkeys.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def forget_passkey(request, key_id):
    """Remove a passkey: the device it stands on signs in as it did before."""
    return _removed(
        request, get_object_or_404(_own_passkeys(request), pk=key_id), "webauthn_removed", "clinic:passkeys"
    )


@freshly
def _removed(request, factor, told, back):
    """Remove a factor of who is signed in, unless it is the last of somebody who must have one; lead back."""
    try:
        factors.remove_factor(person=request.user, factor=factor, by=request.user, at=timezone.now())
    except factors.LastFactor:
        messages.error(request, _("This is the last one, and one must stay. Set up another first."))
        return redirect(back)
    keep_this_session_alone(request)
    told_by_mail(request, told)
    messages.success(request, _("It was removed."))
    return redirect(back)
