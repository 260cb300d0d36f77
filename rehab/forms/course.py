"""Forms of the course: answer a step, set a pain limit, score a measure, try before the first run."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.forms import THREE_WAYS, RecordForm
from clinic.models import Case

PAIN = [
    ("worst", _("Worst pain of the last 24 hours")),
    ("now", _("Pain now")),
    ("average", _("Average pain of the last 24 hours")),
    ("running", _("Worst pain while running")),
    ("morning", _("Pain at the first steps of the morning")),
]
ENDS = [
    (Case.Outcome.RUNNING, _("Back to running: the runner goes on alone")),
    (Case.Outcome.REFERRED, _("Referred: somebody else takes over")),
    (Case.Outcome.OTHER, _("Otherwise: the runner's own wish, moved away, opened by mistake")),
]
MOST_ACTIVITIES = 5
TRIED = {
    "hop_after_effect": _("Did the hops leave something behind, then or the next morning?"),
    "hop_tingling": _("Tingling or pressure while hopping?"),
    "raise_symptoms": _("Symptoms at single heel raises?"),
    "bone_cleared": _("Bone stress injury: cleared by who treats it?"),
}


def rating(label, **more):
    """Return a field for a rating from 0 to 10."""
    return forms.IntegerField(label=label, min_value=0, max_value=10, **more)


class AnswerOffer(RecordForm):
    """Take a step; nothing to fill in."""


class DeclineOffer(RecordForm):
    """Decline a step, in words."""

    doors = ("rehab:decline",)
    because = forms.CharField(label=_("Why does the runner stay where they are?"), max_length=300)


class SetLimit(RecordForm):
    """How much pain is allowed; the lower of this and the table's limit holds."""

    doors = ("rehab:limit",)
    during_nprs = rating(_("Pain allowed during a session, 0 to 10"))
    strength_nprs = rating(_("In strength work, if it differs"), required=False)
    morning_change = rating(_("Allowed rise over the usual morning"), initial=0)
    because = forms.CharField(label=_("Why?"), max_length=300)


def _tried_fields():
    told = {"choices": THREE_WAYS, "initial": "not_assessed", "widget": forms.RadioSelect}
    return {name: forms.ChoiceField(label=label, **told) for name, label in TRIED.items()}


class Readiness(RecordForm):
    """What was tried before the first run, of the worse side; what is left empty stays not recorded."""

    doors = ("rehab:running",)
    hops = forms.IntegerField(label=_("Single-leg hops in a row"), min_value=0, max_value=200, required=False)
    hop_pain = rating(_("Pain while hopping, 0 to 10"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields |= _tried_fields()

    @classmethod
    def plain_fields(cls):
        """Return the hops, and what else was tried."""
        return super().plain_fields() | _tried_fields()

    def tried(self):
        """Return the columns of what was tried."""
        return {name: self.cleaned_data[name] for name in ("hops", "hop_pain", *TRIED)}


class CloseCase(RecordForm):
    """How a case ends, and why."""

    doors = ("rehab:close",)
    outcome = forms.ChoiceField(label=_("How does it end?"), choices=ENDS, widget=forms.RadioSelect)
    because = forms.CharField(label=_("In words: why, and for a referral to whom"), max_length=300)


class Resume(RecordForm):
    """Let running go on after a stop, at the stage reached or below."""

    doors = ("rehab:resume_running",)
    stage = forms.IntegerField(label=_("Go on at stage"), min_value=0, max_value=8)
    because = forms.CharField(label=_("Why may running go on?"), max_length=300)


class Scored(RecordForm):
    """A score of one measure on one day."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args, measure, **kwargs):
        super().__init__(*args, **kwargs)
        self.measure = measure
        self.fields["day"].initial = timezone.localdate


def _pain_fields():
    return {name: rating(label, required=name == "worst") for name, label in PAIN}


class PainScore(Scored):
    """Ratings of pain, 0 to 10; the worst of the last 24 hours is the score."""

    doors = ("rehab:score",)

    def __init__(self, *args, before=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields |= _pain_fields()

    @classmethod
    def plain_fields(cls):
        """Return the day and every rating."""
        return super().plain_fields() | _pain_fields()

    def parts(self):
        """Return what was told."""
        return {name: self.cleaned_data[name] for name, _ in PAIN if self.cleaned_data.get(name) is not None}


def _activity_fields():
    made = {}
    for number in range(1, MOST_ACTIVITIES + 1):
        activity, points = _("Activity %(number)s"), _("Rating %(number)s, 0 to 10")
        made[f"activity_{number}"] = forms.CharField(
            label=activity % {"number": number}, max_length=120, required=False
        )
        made[f"points_{number}"] = rating(points % {"number": number}, required=False)
    return made


class ActivityScore(Scored):
    """Three to five activities in the runner's words, each from 0, unable, to 10, as before the injury."""

    doors = ("rehab:score",)

    def __init__(self, *args, before=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields |= _activity_fields()
        for number, row in enumerate((before or {}).get("activities", ())[:MOST_ACTIVITIES], start=1):
            self.fields[f"activity_{number}"].initial = row.get("activity", "")
        rows = [[f"activity_{number}", f"points_{number}"] for number in range(1, MOST_ACTIVITIES + 1)]
        self.sections = (("", (["day"],)), (_("Activities"), rows))

    @classmethod
    def plain_fields(cls):
        """Return the day, the activities and their ratings."""
        return super().plain_fields() | _activity_fields()

    def clean(self):
        """An activity has its points, and points have their activity."""
        data = super().clean()
        for number in range(1, MOST_ACTIVITIES + 1):
            named, points = data.get(f"activity_{number}"), data.get(f"points_{number}")
            if bool(named) != (points is not None) and f"points_{number}" not in self.errors:
                self.add_error(f"points_{number}", _("Name the activity and rate it, or leave both empty."))
        return data

    def parts(self):
        """Return the activities that were named and rated."""
        told = ((self.cleaned_data[f"activity_{n}"], self.cleaned_data[f"points_{n}"]) for n in range(1, 6))
        return {"activities": [{"activity": name, "points": points} for name, points in told if name]}


class TotalScore(Scored):
    """The total of a licensed measure; its items are not kept."""

    def __init__(self, *args, before=None, **kwargs):
        super().__init__(*args, **kwargs)
        low, high = round(self.measure.low), round(self.measure.high)
        self.fields["total"] = forms.IntegerField(
            label=_("Total, %(low)s to %(high)s") % {"low": low, "high": high}, min_value=low, max_value=high
        )

    def parts(self):
        """Return the total."""
        return {"total": self.cleaned_data["total"]}


BY_STORE = {"ratings": PainScore, "own_activities": ActivityScore, "total": TotalScore}


def score_form(measure, *args, **kwargs):
    """Return the form of a measure, by what it stores."""
    return BY_STORE[measure.stores](*args, measure=measure, **kwargs)
