"""Register a runner, take the story, write a note, close a case."""

import re
from datetime import time, timedelta
from uuid import UUID

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Fieldset, Layout
from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.actions import StaleRecord
from clinic.forms.worded import WordedForm
from clinic.models import Case, Patient
from clinic.models.cases import overlapping
from clinic.models.patients import search_key
from clinic.terms import Answer

THREE_WAYS = [(Answer.PRESENT, _("Yes")), (Answer.ABSENT, _("No")), (Answer.NOT_ASSESSED, _("Not asked"))]
EQUIPMENT = [
    ("band", _("Resistance band")),
    ("barbell", _("Barbell")),
    ("step", _("Step or stair")),
    ("ball", _("Massage ball")),
    ("roller", _("Foam roller")),
    ("rope", _("Skipping rope")),
]
OLDEST_YEARS = 120
YOUNGEST_DAYS = 5 * 365  # a slip of the pen in the year, not a medical line


class PlainForm(WordedForm):
    """A form that crispy renders inside a form tag of the template.

    ``sections`` names its groups: (heading, rows of field names); without it the fields follow one another.
    """

    sections = ()

    @property
    def helper(self):
        """Leave the form tag and the button to the template."""
        helper = FormHelper(self)
        helper.form_tag = False
        helper.disable_csrf = True
        if self.sections:
            hidden = [name for name, field in self.fields.items() if field.widget.is_hidden]
            helper.layout = Layout(*hidden, *(self._section(heading, rows) for heading, rows in self.sections))
        return helper

    def _section(self, heading, rows):
        """Return one group; a field that this form does not ask, or does not show, is left out."""
        shown = {name for name, field in self.fields.items() if not field.widget.is_hidden}
        asked = ([name for name in row if name in shown] for row in rows)
        return Fieldset(heading, *(Div(*row, css_class="field-row") for row in asked if row))


class RecordForm(PlainForm):
    """A form about one case: it carries the runner's id and the version of the record that was read.

    Another runner's id raises StaleRecord at once; the version is compared by the action, under the lock.
    """

    patient = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args, case, **kwargs):
        self.case = case
        case.read_by = self  # a save that comes too late shows what was typed in this form's words
        kwargs["initial"] = {"patient": case.patient_id, "version": case.version, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)

    def clean(self):
        """Refuse a form that was made for another runner, or does not say for whom and of when it is."""
        data = super().clean()
        if data.get("patient") != self.case.patient_id or "version" not in data:
            raise StaleRecord(self.case, form=self)
        return data


class Preferences(PlainForm):
    """In which language and units a person reads; each language stands in its own name."""

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES, widget=forms.RadioSelect)
    units = forms.ChoiceField(
        label=_("Units"),
        choices=[("metric", _("Kilometres and kilograms")), ("imperial", _("Miles and pounds"))],
        widget=forms.RadioSelect,
    )


class CalendarChoice(PlainForm):
    """What a runner wants of the address of their calendar: a new one, with the hour of their training, or none."""

    WHOLE_DAY = "day"
    EARLIEST, LATEST = 5, 22

    what = forms.ChoiceField(choices=[("make", "make"), ("revoke", "revoke")], widget=forms.HiddenInput)
    hour = forms.ChoiceField(label=_("When do you usually train?"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        hours = [f"{hour:02}:{minute:02}" for hour in range(self.EARLIEST, self.LATEST) for minute in (0, 30)]
        words = [(self.WHOLE_DAY, _("No fixed time: all day"))]
        self.fields["hour"].choices = words + [(hour, hour) for hour in hours]

    @property
    def revokes(self):
        """Return whether the address is to open nothing any more."""
        return self.cleaned_data["what"] == "revoke"

    @property
    def starts(self):
        """Return the hour chosen, or None for the whole day."""
        hour = self.cleaned_data["hour"]
        return None if hour in ("", self.WHOLE_DAY) else time.fromisoformat(hour)


class Find(PlainForm):
    """Find a runner by the beginning of the surname, or by birth date."""

    name = forms.CharField(required=False, max_length=80, strip=True)
    born = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))


def _day(value, what):
    """Refuse a day that has not come yet or lies before living memory."""
    today = timezone.localdate()
    if value and value > today:
        raise forms.ValidationError(_("%(what)s lies in the future.") % {"what": what})
    if value and value.year < today.year - OLDEST_YEARS:
        raise forms.ValidationError(
            _("%(what)s lies more than %(years)s years back.") % {"what": what, "years": OLDEST_YEARS}
        )
    return value


class Registration(PlainForm):
    """Who the runner is.  A likely duplicate is shown before anything is saved."""

    doors = ("clinic:register",)
    sections = (
        (_("Who"), (["clinic"], ["given_name", "surname"], ["birth_date", "sex"])),
        (_("The leg"), (["side"],)),
        (_("How to reach them"), (["phone", "email"],)),
    )
    clinic = forms.TypedChoiceField(label=_("Clinic"), coerce=UUID)
    given_name = forms.CharField(
        label=_("Given name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    surname = forms.CharField(label=_("Surname"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    birth_date = forms.DateField(label=_("Birth date"), widget=forms.DateInput(attrs={"type": "date"}))
    sex = forms.ChoiceField(label=_("Sex"), choices=Patient.Sex, widget=forms.RadioSelect)
    side = forms.ChoiceField(
        label=_("Which calf hurts?"),
        choices=[("left", _("Left")), ("right", _("Right")), ("both", _("Both"))],
        widget=forms.RadioSelect,
    )
    phone = forms.CharField(
        label=_("Phone"), max_length=30, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    email = forms.EmailField(label=_("E-mail address"), required=False)
    not_a_duplicate = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, clinics, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["clinic"].choices = [(str(clinic.pk), clinic.name) for clinic in clinics]
        if len(clinics) == 1:
            self.fields["clinic"].widget = forms.HiddenInput()
            self.fields["clinic"].initial = str(clinics[0].pk)

    def clean_surname(self):
        """A name has at least one letter by which it is found again."""
        surname = self.cleaned_data["surname"]
        if not search_key(surname):
            raise forms.ValidationError(_("Write the surname in letters."))
        return surname

    def clean_birth_date(self):
        """A birth date is in the past, and a runner is no infant."""
        born = _day(self.cleaned_data["birth_date"], _("The birth date"))
        if born > timezone.localdate() - timedelta(days=YOUNGEST_DAYS):
            raise forms.ValidationError(_("Check the birth date: this runner would be under five."))
        return born

    def clean_phone(self):
        """A number is kept without its spaces, so that the same one is found however it was typed."""
        phone = re.sub(r"[\s()./-]", "", self.cleaned_data["phone"])
        if phone and not re.fullmatch(r"\+?[0-9]{3,20}", phone):
            raise forms.ValidationError(_("Write the phone number in digits, with + and the country first if abroad."))
        return phone


class Intake(RecordForm):
    """The story, and what of the person the rules and the banner need."""

    doors = ("clinic:intake",)
    PERSON = ("allergies", "anticoagulant", "medicines", "pregnant", "gestation_weeks", "birth_given_on")
    NOT_ASKED_OF_MEN = ("pregnant", "gestation_weeks", "birth_given_on")
    sections = (
        (_("The pain"), (["side", "onset_on"], ["began"], ["story"], ["previous_strain"])),
        (_("The running"), (["running_history"], ["shoes", "goals"])),
        (_("What may be untrained"), (["flat_feet"], ["hypermobile"], ["core_training"])),
        (
            _("Health"),
            (["allergies", "medicines"], ["anticoagulant", "pregnant"], ["gestation_weeks", "birth_given_on"]),
        ),
        (_("At home"), (["equipment"],)),
    )
    side = forms.ChoiceField(
        label=_("Which calf hurts?"),
        choices=[("left", _("Left")), ("right", _("Right")), ("both", _("Both"))],
        widget=forms.RadioSelect,
    )
    onset_on = forms.DateField(
        label=_("Since when?"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("The day it began, as near as is known. What depends on it is withheld while it is unknown."),
    )
    began = forms.ChoiceField(
        label=_("How did it begin?"), choices=Case.Began, required=False, widget=forms.RadioSelect
    )
    story = forms.CharField(
        label=_("What happened, in the runner's words"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )
    previous_strain = forms.ChoiceField(label=_("A calf strain before?"), choices=THREE_WAYS, widget=forms.RadioSelect)
    running_history = forms.CharField(
        label=_("Running: weekly distance, hills, recent changes"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    shoes = forms.CharField(label=_("Shoes"), max_length=300, required=False)
    flat_feet = forms.ChoiceField(label=_("Flat feet, visibly?"), choices=THREE_WAYS, widget=forms.RadioSelect)
    hypermobile = forms.ChoiceField(label=_("More flexible than peers?"), choices=THREE_WAYS, widget=forms.RadioSelect)
    core_training = forms.ChoiceField(
        label=_("Core training at least 15 minutes, three times a week?"), choices=THREE_WAYS, widget=forms.RadioSelect
    )
    goals = forms.CharField(
        label=_("Goals, in the runner's words"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    equipment = forms.MultipleChoiceField(
        label=_("Equipment at home"), choices=EQUIPMENT, required=False, widget=forms.CheckboxSelectMultiple
    )
    allergies = forms.CharField(
        label=_("Allergies"), max_length=300, required=False, help_text=_('Write "none known" when asked and none.')
    )
    anticoagulant = forms.ChoiceField(label=_("Takes a blood thinner?"), choices=THREE_WAYS, widget=forms.RadioSelect)
    medicines = forms.CharField(label=_("Other medicines"), max_length=500, required=False)
    pregnant = forms.ChoiceField(label=_("Pregnant?"), choices=THREE_WAYS, widget=forms.RadioSelect)
    gestation_weeks = forms.IntegerField(label=_("Weeks of pregnancy"), min_value=0, max_value=45, required=False)
    birth_given_on = forms.DateField(
        label=_("Gave birth within the last year? The day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, *args, case, **kwargs):
        super().__init__(*args, case=case, **kwargs)
        if case.patient.sex == Patient.Sex.MALE:
            for name in self.NOT_ASKED_OF_MEN:
                del self.fields[name]

    @staticmethod
    def stored(case):
        """Return the story as it stands, as initial values."""
        patient = case.patient
        return {name: getattr(case, name) for name in Intake.story_names()} | {
            name: getattr(patient, name) for name in Intake.PERSON
        }

    @staticmethod
    def story_names():
        """Return the fields that belong to the case."""
        return [n for n in Intake.base_fields if n not in (*Intake.PERSON, "patient", "version")]

    def clean_onset_on(self):
        """The onset is in the past."""
        return _day(self.cleaned_data["onset_on"], _("The day it began"))

    def clean_birth_given_on(self):
        """A birth is in the past."""
        return _day(self.cleaned_data["birth_given_on"], _("The day of the birth"))

    def clean(self):
        """Weeks of pregnancy go with a pregnancy; one leg has one open case."""
        data = super().clean()
        others = Case.objects.open().filter(patient=self.case.patient_id).exclude(pk=self.case.pk)
        if "side" in data and others.filter(side__in=overlapping(data["side"])).exists():
            self.add_error("side", _("This runner has another open case for this leg: go on there, or close it first."))
        if data.get("gestation_weeks") is not None and data.get("pregnant") != Answer.PRESENT:
            self.add_error("gestation_weeks", _('Weeks of pregnancy need "Pregnant? Yes".'))
        return data

    def story_and_person(self):
        """Return (fields of the case, fields of the patient)."""
        data = self.cleaned_data
        return {n: data[n] for n in self.story_names()}, {n: data[n] for n in self.PERSON if n in self.fields}


class Note(RecordForm):
    """One line for the timeline."""

    doors = ("clinic:note",)
    text = forms.CharField(label=_("Note"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class Amend(RecordForm):
    """What is to be read beside a signed entry of the timeline, and why."""

    doors = ("clinic:amend",)
    text = forms.CharField(
        label=_("What is right"), max_length=500, strip=True, widget=forms.Textarea(attrs={"rows": 3})
    )
    reason = forms.CharField(label=_("Why it is amended"), max_length=300, strip=True)


class OpenCase(PlainForm):
    """Another leg or another episode of the same runner."""

    patient = forms.UUIDField(widget=forms.HiddenInput)
    side = forms.ChoiceField(
        label=_("Which calf hurts?"),
        choices=[("left", _("Left")), ("right", _("Right")), ("both", _("Both"))],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args, patient, open_sides, **kwargs):
        super().__init__(*args, initial={"patient": patient.pk}, **kwargs)
        self.runner, self.open_sides = patient, open_sides

    def clean(self):
        """One leg has one open case, so that an alarm on it stops every plan for it."""
        data = super().clean()
        if data.get("patient") != self.runner.pk:
            raise forms.ValidationError(_("This form was made for another runner; nothing was saved."))
        side = data.get("side")
        if side and self.open_sides & set(overlapping(side)):
            self.add_error("side", _("There is an open case for this leg: go on there, or close it first."))
        return data
