"""A forgotten password: ask for a link, open it, choose another.  The second factor is asked for as before."""

from django.contrib import messages
from django.contrib.auth.views import PasswordResetConfirmView
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from clinic.entrance import told_by_mail
from clinic.factors import change_password
from clinic.forms.entrance import by_address, within_of
from clinic.forms.factors import AskForReset, NewPassword
from clinic.resets import may_reset, send_reset
from clinic.views.entrance import counted


@counted
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request):
    """Take an address (POST) and mail a link to it, if it is of somebody who works here; the answer is the same."""
    form = AskForReset(request.POST if request.method == "POST" else None)
    if form.is_valid():
        person = by_address(form.cleaned_data["email"])
        if not within_of(request, "reset", person):
            form.add_error("email", _("Too many links were asked for. Wait a while, then try again."))
        else:
            if may_reset(person):
                send_reset(person)
            messages.success(request, _("If this address is one of the team's, a link is on its way there."))
            return redirect("login")
    return render(request, "account/ask_for_reset.html", {"form": form}, status=422 if form.is_bound else 200)


class ChoosePassword(PasswordResetConfirmView):
    """Open the link of the mail; its secret goes into the session and out of the address before anything is shown."""

    form_class, template_name = NewPassword, "account/choose_password.html"
    success_url = reverse_lazy("login")

    def dispatch(self, *args, **kwargs):
        """The address with the secret tells nobody that one came from it."""
        answer = super().dispatch(*args, **kwargs)
        if kwargs["token"] != self.reset_url_token:
            answer.headers["Referrer-Policy"] = "no-referrer"
        return answer

    def get_user(self, uidb64):
        """Return whose password it is, while they may still have another."""
        person = super().get_user(uidb64)
        return person if person and may_reset(person) else None

    def render_to_response(self, context, **more):
        """A link that opens nothing is not there; a password against the rules is not taken."""
        form = context.get("form")
        status = 404 if not context.get("validlink") else 422 if form is not None and form.is_bound else 200
        return super().render_to_response(context, status=status, **more)

    def form_valid(self, form):
        """Keep the password; every session ends, and the link with them."""
        change_password(person=self.user, password=form.cleaned_data["new"], by=self.user, at=timezone.now())
        self.request.session.flush()
        told_by_mail(self.request, "password_changed", self.user)
        messages.success(self.request, _("Your password is changed. Sign in with it."))
        return redirect(self.success_url)


choose = counted(ChoosePassword.as_view())
