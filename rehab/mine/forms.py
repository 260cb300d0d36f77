"""What a runner fills in.  Nothing is preselected, and silence is no answer."""

from datetime import timedelta
from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.forms.fields import Moment
from clinic.language import said
from clinic.terms import Answer
from rehab.actions.told import LOGGED_BACK
from rehab.mine.plain import PlainForm
from triage.knowledge import triage_knowledge

YES_NO = [(Answer.PRESENT.value, _("Yes")), (Answer.ABSENT.value, _("No"))]
YES_NO_UNSURE = [*YES_NO, (Answer.NOT_ASSESSED.value, _("Not sure"))]
POINTS = [(str(n), str(n)) for n in range(11)]
IF_YOU_LIKE = _("if you like")


class Rating(forms.TypedChoiceField):
    """A rating from 0 to 10, as buttons with words at both ends; ``None`` where nothing was chosen.

    ``aside`` says what it is good for where it may be left out.
    """

    plain = dict.fromkeys(("required", "invalid_choice"), _("Choose a number from 0 to 10."))

    def __init__(self, *, low, high, aside=IF_YOU_LIKE, **kwargs):
        self.low, self.high, self.aside = low, high, aside
        super().__init__(choices=POINTS, coerce=int, empty_value=None, widget=forms.RadioSelect, **kwargs)


def pain(label, **kwargs):
    """Return a rating of pain (NPRS 0 to 10)."""
    return Rating(label=label, low=_("no pain"), high=_("worst pain"), **kwargs)


def effort(label, **kwargs):
    """Return a rating of effort (Borg CR-10)."""
    return Rating(label=label, low=_("no effort"), high=_("all I had"), **kwargs)


def three_ways(label):
    """Return a question that must be answered, with "not sure" among the answers."""
    return forms.ChoiceField(label=label, choices=YES_NO_UNSURE, widget=forms.RadioSelect)


def day_field():
    """Return the day something was done; today unless said otherwise, and not older than can be logged."""
    return forms.DateField(label=_("Which day?"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))


def limit_days(field):
    """Let the browser offer only days that can be logged; the action refuses the others."""
    today = timezone.localdate()
    field.widget.attrs |= {"min": (today - LOGGED_BACK).isoformat(), "max": today.isoformat()}
    field.initial = today


class SafetySet(PlainForm):
    """The short safety set, emergencies first.  ``none`` says no to every question that was not answered yes."""

    doors = ("rehab:my_safety",)
    none = forms.BooleanField(label=_("None of these"), required=False)

    def __init__(self, *args, asked=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.questions = triage_knowledge().safety_set if asked is None else asked
        for question in self.questions:
            self.fields[question.code] = forms.ChoiceField(
                label=said(question.text), choices=YES_NO, widget=forms.RadioSelect, required=False
            )

    @classmethod
    def plain_fields(cls):
        """Return every question of the set."""
        return cls().fields

    def asked(self):
        """Return the questions as fields, in their order."""
        return [self[question.code] for question in self.questions]

    @property
    def answers(self):
        """Return {code: answer} of what was said; "none of these" answers each question that was shown.

        What cannot be read is silence, and takes no yes from beside it.
        """
        left = Answer.ABSENT if self.cleaned_data.get("none") else Answer.NOT_ASSESSED
        return {question.code: self._answer(question.code, left) for question in self.questions}

    def _answer(self, code, left):
        return Answer.NOT_ASSESSED if code in self.errors else Answer(self.cleaned_data[code] or left)


def nothing_is_true():
    """Return {code: answer} of the safety set as the tick under a run says it: none of these is true."""
    return {question.code: Answer.ABSENT for question in triage_knowledge().safety_set}


class Morning(PlainForm):
    """The first steps of a morning."""

    doors = ("rehab:my_morning",)
    pain = pain(_("How much did your calf hurt at the first steps this morning?"))
    stiffness_minutes = forms.IntegerField(
        label=_("For how many minutes was it stiff?"),
        required=False,
        min_value=0,
        max_value=1440,
        help_text=_("0 if it was not stiff; leave it empty if you do not know"),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class Told(PlainForm):
    """What is asked after any session, of exercises or of running."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    began = Moment(required=False, widget=forms.HiddenInput)
    day = day_field()
    minutes = forms.IntegerField(
        label=_("How many minutes did it take?"),
        required=False,
        min_value=1,
        max_value=1440,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    pain_before = pain(_("Pain before you began"), required=False)
    pain_during = pain(_("The worst pain during it"))
    pain_after = pain(_("Pain now, just after"), required=False)
    effort = effort(_("How hard was it as a whole?"))
    gait_change = three_ways(_("Did you limp, or walk or run differently?"))
    tingling = three_ways(_("Any tingling, numbness or pressure in the leg?"))
    note = forms.CharField(
        label=_("Anything your clinician should know?"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        limit_days(self.fields["day"])
        if not self.fields["key"].initial and not self.initial.get("key"):
            self.initial["key"] = uuid4()

    def mend(self, name):
        """Take a new key for one that was lost: nothing was kept under it."""
        if name == "key":
            self.data = self.data.copy()
            self.data[self.add_prefix(name)] = str(uuid4())

    def told(self):
        """Return the columns of :class:`rehab.actions.SessionTold` that every session has."""
        names = ("day", "began", "pain_before", "pain_during", "pain_after", "effort", "note")
        answers = {name: Answer(self.cleaned_data[name]) for name in ("gait_change", "tingling")}
        found = {name: self.cleaned_data[name] for name in names} | {"minutes": self.cleaned_data.get("minutes")}
        if found["began"] and found["began"] > timezone.now() + timedelta(minutes=1):
            found["began"] = None  # a phone whose clock is ahead
        return found | answers


class Amount(forms.DecimalField):
    """A number from 0, with a decimal point or a comma, as a thumb types it."""

    def __init__(self, *, label, highest, **kwargs):
        super().__init__(
            label=label,
            required=False,
            decimal_places=3,
            min_value=0,
            max_value=highest,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            **kwargs,
        )

    def to_python(self, value):
        """Read a comma as a point."""
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)
