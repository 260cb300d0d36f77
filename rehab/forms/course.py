"""Forms of the course: answer a step, set a pain limit, score a measure, try before the first run."""

from django import forms
from django.utils import timezone

from clinic.forms import THREE_WAYS, RecordForm
from clinic.models import Case

PAIN = [
    ("worst", "Worst pain of the last 24 hours"),
    ("now", "Pain now"),
    ("average", "Average pain of the last 24 hours"),
    ("running", "Worst pain while running"),
    ("morning", "Pain at the first steps of the morning"),
]
ENDS = [
    (Case.Outcome.RUNNING, "Back to running: the runner goes on alone"),
    (Case.Outcome.REFERRED, "Referred: somebody else takes over"),
    (Case.Outcome.OTHER, "Otherwise: the runner's own wish, moved away, opened by mistake"),
]
MOST_ACTIVITIES = 5
TRIED = {
    "hop_after_effect": "Did the hops leave something behind, then or the next morning?",
    "hop_tingling": "Tingling or pressure while hopping?",
    "raise_symptoms": "Symptoms at single heel raises?",
    "bone_cleared": "Bone stress injury: cleared by who treats it?",
}


def rating(label, **more):
    """Return a field for a rating from 0 to 10."""
    return forms.IntegerField(label=label, min_value=0, max_value=10, **more)


class AnswerOffer(RecordForm):
    """Take a step; nothing to fill in."""


class DeclineOffer(RecordForm):
    """Decline a step, in words."""

    because = forms.CharField(label="Why does the runner stay where they are?", max_length=300)


class SetLimit(RecordForm):
    """How much pain is allowed; the lower of this and the table's limit holds."""

    during_nprs = rating("Pain allowed during a session, 0 to 10")
    strength_nprs = rating("In strength work, if it differs", required=False)
    morning_change = rating("Allowed rise over the usual morning", initial=0)
    because = forms.CharField(label="Why?", max_length=300)


class Readiness(RecordForm):
    """What was tried before the first run, of the worse side; what is left empty stays not recorded."""

    hops = forms.IntegerField(label="Single-leg hops in a row", min_value=0, max_value=200, required=False)
    hop_pain = rating("Pain while hopping, 0 to 10", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, label in TRIED.items():
            self.fields[name] = forms.ChoiceField(
                label=label, choices=THREE_WAYS, initial="not_assessed", widget=forms.RadioSelect
            )

    def tried(self):
        """Return the columns of what was tried."""
        return {name: self.cleaned_data[name] for name in ("hops", "hop_pain", *TRIED)}


class CloseCase(RecordForm):
    """How a case ends, and why."""

    outcome = forms.ChoiceField(label="How does it end?", choices=ENDS, widget=forms.RadioSelect)
    because = forms.CharField(label="In words: why, and for a referral to whom", max_length=300)


class Resume(RecordForm):
    """Let running go on after a stop, at the stage reached or below."""

    stage = forms.IntegerField(label="Go on at stage", min_value=0, max_value=8)
    because = forms.CharField(label="Why may running go on?", max_length=300)


class Scored(RecordForm):
    """A score of one measure on one day."""

    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args, measure, **kwargs):
        super().__init__(*args, **kwargs)
        self.measure = measure
        self.fields["day"].initial = timezone.localdate


class PainScore(Scored):
    """Ratings of pain, 0 to 10; the worst of the last 24 hours is the score."""

    def __init__(self, *args, before=None, **kwargs):
        super().__init__(*args, **kwargs)
        for name, label in PAIN:
            self.fields[name] = rating(label, required=name == "worst")

    def parts(self):
        """Return what was told."""
        return {name: self.cleaned_data[name] for name, _ in PAIN if self.cleaned_data.get(name) is not None}


class ActivityScore(Scored):
    """Three to five activities in the runner's words, each from 0, unable, to 10, as before the injury."""

    def __init__(self, *args, before=None, **kwargs):
        super().__init__(*args, **kwargs)
        named = [row.get("activity", "") for row in (before or {}).get("activities", ())]
        for number in range(1, MOST_ACTIVITIES + 1):
            known = named[number - 1] if number <= len(named) else ""
            self.fields[f"activity_{number}"] = forms.CharField(
                label=f"Activity {number}", max_length=120, required=False, initial=known
            )
            self.fields[f"points_{number}"] = rating(f"Rating {number}, 0 to 10", required=False)
        rows = [[f"activity_{number}", f"points_{number}"] for number in range(1, MOST_ACTIVITIES + 1)]
        self.sections = (("", (["day"],)), ("Activities", rows))

    def clean(self):
        """An activity has its points, and points have their activity."""
        data = super().clean()
        for number in range(1, MOST_ACTIVITIES + 1):
            named, points = data.get(f"activity_{number}"), data.get(f"points_{number}")
            if bool(named) != (points is not None) and f"points_{number}" not in self.errors:
                self.add_error(f"points_{number}", "Name the activity and rate it, or leave both empty.")
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
        self.fields["total"] = forms.IntegerField(label=f"Total, {low} to {high}", min_value=low, max_value=high)

    def parts(self):
        """Return the total."""
        return {"total": self.cleaned_data["total"]}


BY_STORE = {"ratings": PainScore, "own_activities": ActivityScore, "total": TotalScore}


def score_form(measure, *args, **kwargs):
    """Return the form of a measure, by what it stores."""
    return BY_STORE[measure.stores](*args, measure=measure, **kwargs)
