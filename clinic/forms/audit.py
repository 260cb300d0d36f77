"""What the report of the audit is asked."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from clinic.forms.fields import any_day
from clinic.forms.period import AskPeriod
from clinic.ids import is_uuid
from clinic.models import AuditEvent, BreakGlass, Membership, Patient, Person
from clinic.models.patients import search_key

ORDERS = [("", _("newest first")), ("old", _("oldest first"))]
TOGETHER = _("Name a runner by surname and birth date together.")
MOST = 300  # people in a list
RUNNER = "runner"  # in place of a key: the runner who is named, themself


def people_of(clinics):
    """Return who works or worked in these clinics, or opened a record of theirs from another, by name.

    Runners are not among them: each is asked for by their surname and birth date.
    """
    worked = Membership.objects.filter(clinic__in=clinics)
    opened = BreakGlass.objects.filter(clinic__in=clinics)
    theirs = Q(pk__in=worked.values("person")) | Q(pk__in=opened.values("opened_by"))
    of_this_person = worked.filter(person=OuterRef("pk"))
    has_left = Exists(of_this_person) & ~Exists(of_this_person.filter(ended_on__isnull=True, person__is_active=True))
    is_outside = ~Exists(of_this_person)
    people = Person.objects.filter(theirs).annotate(has_left=has_left, is_outside=is_outside)
    return people.order_by("name", "pk")


def _in_words(person):
    if person.has_left:
        return _("%(name)s (left)") % {"name": person.name}
    return _("%(name)s (another clinic)") % {"name": person.name} if person.is_outside else person.name


class AskAudit(AskPeriod):
    """Who, whose record, what and when; everything may stay empty."""

    person = forms.ChoiceField(label=_("Who did it"), required=False)
    called = forms.CharField(label=_("Part of their name"), required=False, max_length=80)
    surname = forms.CharField(label=_("Surname of the runner"), required=False, max_length=80)
    born = any_day(_("Birth date"))
    kind = forms.ChoiceField(label=_("What"), required=False)
    order = forms.ChoiceField(label=_("Order"), choices=ORDERS, required=False)
    sections = (("", (("clinic", "person", "called", "kind"), ("surname", "born"), ("begins", "ends", "order"))),)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.found = self._offer_people()
        self.fields["kind"].choices = [("", _("everything")), *AuditEvent.Kind.choices]

    def _offer_people(self):
        """Offer the people whose name holds the part that was typed, and whoever is chosen; return the former's keys.

        Where a clinic has more people than a list takes, the list says so; elsewhere nobody is asked for a part.
        """
        everybody, field = people_of(self.clinics), self.fields["person"]
        part, chosen = self.data.get("called", "").strip(), self.data.get("person", "")
        found = list((everybody.filter(name__icontains=part) if part else everybody)[: MOST + 1])
        if len(found) > MOST:
            field.help_text = _("The first %(most)s names; type a part of the name for others.") % {"most": MOST}
        elif not part:
            del self.fields["called"]
        found = {str(person.pk): _in_words(person) for person in found[:MOST]}
        offered = dict(found)
        if is_uuid(chosen) and chosen not in found:
            offered |= {str(person.pk): _in_words(person) for person in everybody.filter(pk=chosen)[:1]}
        field.choices = [("", _("anybody")), (RUNNER, _("the runner who is named below")), *offered.items()]
        return list(found)

    def clean(self):
        """Find the one runner of that surname and birth date, and the one person so called; say where there is none."""
        data = super().clean()
        data["patient"] = None
        runner = self._runner(data) if data.get("surname") or data.get("born") else None
        if runner:
            data["patient"] = runner.pk
        if data.get("called") and not data.get("person"):
            data["person"] = self._called()
        if data.get("person") == RUNNER:
            data["person"] = self._themself(runner)
        return data

    def _called(self):
        """Return the key of the one person whose name holds what was typed."""
        if len(self.found) != 1:
            several = _("Several people have a name with that in it: choose one.")
            self.add_error("called", several if self.found else _("Nobody in this list has a name with that in it."))
            return None
        return self.found[0]

    def _themself(self, runner):
        """Return the key of the person whom a runner signs in as."""
        if runner is None:
            raise ValidationError({"surname": TOGETHER})
        if runner.person_id is None:
            raise ValidationError(_("This runner has never had a way to sign in."))
        return str(runner.person_id)

    def _runner(self, data):
        if not (data.get("surname") and data.get("born")):
            raise ValidationError({"born" if data.get("surname") else "surname": TOGETHER})
        named = {"surname_key": search_key(data["surname"]), "birth_date": data["born"]}
        found = list(Patient.objects.filter(clinic=data["clinic"], **named)[:2])
        if len(found) != 1:
            raise ValidationError(
                _("No runner of this clinic has that surname and birth date.")
                if not found
                else _("Two runners have that surname and birth date; ask by period and person.")
            )
        return found[0]
