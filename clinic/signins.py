"""What the admin does with the sign-ins of others: asks who does it, mails links, lets set up again what was lost."""

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.access import may_change_sign_in
from clinic.adminrecord import put_on_record
from clinic.asked import is_search_of_a_list
from clinic.entrance import came_in_just_now, end_sessions, told_by_mail
from clinic.factors import take_factors_away
from clinic.resets import may_reset, send_reset
from clinic.views.factors import once_more


class AsksWhoItIs:
    """A table of sign-ins: what changes one is taken only from somebody who came in just now."""

    def changeform_view(self, request, *args, **kwargs):
        """Show a person; keep what was changed of them."""
        return _asked(request) or super().changeform_view(request, *args, **kwargs)

    def changelist_view(self, request, *args, **kwargs):
        """List people; do something for those who are chosen."""
        refused = None if is_search_of_a_list(request) else _asked(request)
        return refused or super().changelist_view(request, *args, **kwargs)

    def user_change_password(self, request, id, form_url=""):
        """Set somebody's password."""
        answer = _asked(request) or super().user_change_password(request, id, form_url)
        if request.method == "POST" and answer.status_code == 302:
            told_by_mail(request, "password_changed", self.get_object(request, unquote(id)))
        return answer


def _asked(request):
    """Ask for a new sign-in where a form comes long after the last one; None where it may go on."""
    return once_more(request, back=request.path) if request.method == "POST" and not came_in_just_now(request) else None


@admin.action(description=_("Mail a link to choose a password"))
def mail_a_link(keeper, request, people):
    """Mail a link to whoever of the chosen works here."""
    chosen = [person for person in people if may_change_sign_in(request.user, person) and may_reset(person)]
    for person in chosen:
        put_on_record(request, person, "mailed_link", [])
        send_reset(person)
    keeper.message_user(request, _("Links were mailed: %(number)s.") % {"number": len(chosen)})


@admin.action(description=_("Let them set up their second step again"))
def let_set_up_again(keeper, request, people):
    """Take the factors of whoever lost them; they sign in by password and set up others before anything opens."""
    chosen = [person for person in people if may_change_sign_in(request.user, person) and person.pk != request.user.pk]
    for person in chosen:
        take_factors_away(person=person, by=request.user, at=timezone.now())
        end_sessions(person)
        told_by_mail(request, "factors_taken", person)
    keeper.message_user(request, _("Second steps were removed: %(number)s.") % {"number": len(chosen)})
