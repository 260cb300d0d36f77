"""Forms of the plan and of treatments.  Each carries the runner's id and the record's version."""

from uuid import uuid4

from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.core.files.base import ContentFile
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from clinic.forms import RecordForm
from clinic.forms.fields import Moment
from clinic.language import said
from clinic.terms import Answer
from rehab.knowledge import rehab_knowledge
from rehab.models import Exercise, ExerciseMedia
from rehab.pictures import NoPicture, TooManyPixels, drawn_anew
from rehab.words import SIDE_WORDS

ANSWERS = [(Answer.PRESENT, _("Yes")), (Answer.ABSENT, _("No")), (Answer.NOT_ASSESSED, _("Not asked"))]
DOSE_LIMITS = {  # lowest and highest value a clinician may set, as in the database
    "sets": (1, 10),
    "amount": (1, 600),
    "amount_high": (1, 600),
    "hold_seconds": (0, 120),
    "rest_seconds": (0, 600),
    "times_a_week": (1, 7),
    "times_a_week_high": (1, 7),
    "times_a_day": (1, 4),
}
DOSE_LABELS = {
    "sets": _("Sets"),
    "amount": _("Amount per set, from"),
    "amount_high": _("Amount per set, up to"),
    "hold_seconds": _("Hold each (seconds)"),
    "rest_seconds": _("Rest between sets (seconds)"),
    "times_a_week": _("Days a week, from"),
    "times_a_week_high": _("Days a week, up to"),
    "times_a_day": _("Times on such a day"),
}
TEMPO = r"^\d{1,2}(\.5)?-\d{1,2}(\.5)?-\d{1,2}(\.5)?$"
MEGABYTE = 1024 * 1024
MOST_BYTES = {"picture": 5 * MEGABYTE, "film": 50 * MEGABYTE}
FIRST_BYTES = {  # ending: (kind, where the mark of the format stands, the mark)
    "jpg": ("picture", 0, b"\xff\xd8\xff"),
    "jpeg": ("picture", 0, b"\xff\xd8\xff"),
    "png": ("picture", 0, b"\x89PNG\r\n\x1a\n"),
    "webp": ("picture", 8, b"WEBP"),
    "mp4": ("film", 4, b"ftyp"),
    "webm": ("film", 0, b"\x1a\x45\xdf\xa3"),
}


TOO_LARGE = {
    "picture": _("A picture may be at most %(most)s MB."),
    "film": _("A film may be at most %(most)s MB."),
}


class MediaForm(forms.ModelForm):
    """A picture or film of an exercise, made by a clinic: small enough for a phone, and truly what its name says."""

    class Meta:
        model = ExerciseMedia
        fields = ["level", "file", "description", "position"]

    def __init__(self, *args, wording, **kwargs):
        super().__init__(*args, **kwargs)
        self.wording = wording

    def clean_file(self):
        """Refuse a file that is too large, or whose first bytes belong to another format."""
        file = self.cleaned_data["file"]
        ending = file.name.rpartition(".")[2].lower()
        if "file" not in self.changed_data or ending not in FIRST_BYTES:  # an unknown ending is the model's error
            return file
        kind, at, mark = FIRST_BYTES[ending]
        if file.size > MOST_BYTES[kind]:
            raise forms.ValidationError(TOO_LARGE[kind] % {"most": MOST_BYTES[kind] // MEGABYTE})
        file.seek(0)
        start = file.read(at + len(mark))
        file.seek(0)
        try:
            if start[at:] != mark:
                raise NoPicture
            file = ContentFile(drawn_anew(file, ending)) if kind == "picture" else file
        except NoPicture:
            words = gettext("This is no %(kind)s file, whatever its name says.")
            raise forms.ValidationError(words % {"kind": ending.upper()}) from None
        except TooManyPixels:
            raise forms.ValidationError(TOO_LARGE["picture"] % {"most": MOST_BYTES["picture"] // MEGABYTE}) from None
        file.name = f"{uuid4().hex}.{ending}"  # what it was called at home may name somebody
        return file

    def clean(self):
        """A level must exist on the ladder."""
        data = super().clean()
        level = data.get("level")
        count = self.wording.exercise.level_count if self.wording.exercise_id else None
        if level and count and level > count:
            words = ngettext("This exercise has %(count)s level.", "This exercise has %(count)s levels.", count)
            self.add_error("level", words % {"count": count})
        return data


class MoveItem(RecordForm):
    """Change places with the neighbour; nothing to fill in but the direction."""

    direction = forms.ChoiceField(choices=[("up", "Up"), ("down", "Down")], widget=forms.HiddenInput)


class SignPlan(RecordForm):
    """Sign exactly the plan that was read."""

    plan = forms.UUIDField(widget=forms.HiddenInput)


def _equipment():
    table = rehab_knowledge().mapping
    return [(code, said(text)) for code, text in table.equipment.items() if code not in table.always_there]


class DraftPlan(RecordForm):
    """What stands at home, before the rules choose."""

    doors = ("rehab:draft",)
    equipment = forms.MultipleChoiceField(
        label=_("Equipment the runner has or can use"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=_equipment,
    )


class Checklist(RecordForm):
    """The short list before the plan.  "None of these" records each listed item as absent."""

    doors = ("rehab:checklist", "rehab:treatment_checklist")
    none_of_these = forms.BooleanField(label=_("None of these"), required=False)

    def __init__(self, *args, questions=(), known=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.questions, self.known = list(questions), known or {}
        choices = ANSWERS[:2] if self.known else ANSWERS
        for code, words in self.questions:
            initial = self.known.get(code, Answer.NOT_ASSESSED)
            self.fields[f"q_{code}"] = forms.ChoiceField(
                label=words, choices=choices, initial=initial, widget=forms.RadioSelect, required=False
            )

    @classmethod
    def plain_fields(cls):
        """Return the questions of the exercises; a treatment asks for more, and those stand by their codes."""
        asked = {code: said(asked.text) for code, asked in rehab_knowledge().questions.items()}
        made = {f"q_{code}": forms.ChoiceField(label=words, choices=ANSWERS) for code, words in asked.items()}
        return super().plain_fields() | made

    def clean(self):
        """A "yes" and "none of these" cannot both be true."""
        data = super().clean()
        if data.get("none_of_these") and any(data.get(f"q_{code}") == Answer.PRESENT for code, _ in self.questions):
            raise forms.ValidationError(_('A question is answered "yes": take the tick from "none of these".'))
        if self.known and not self.errors and not self.answers()[0]:
            raise forms.ValidationError(_("No answer was changed."))
        return data

    def answers(self):
        """Return (what is now known by code, the codes that "none of these" answered); of a known list what changed."""
        said = {code: self.cleaned_data.get(f"q_{code}") or Answer.NOT_ASSESSED for code, _ in self.questions}
        none = [code for code, value in said.items() if value == Answer.NOT_ASSESSED]
        none = none if self.cleaned_data["none_of_these"] and not self.known else []
        new = {code: value for code, value in said.items() if value != self.known.get(code, Answer.NOT_ASSESSED)}
        known = {code: Answer(value) for code, value in new.items() if value != Answer.NOT_ASSESSED}
        return {**known, **dict.fromkeys(none, Answer.ABSENT)}, none


class ChooseExercise(RecordForm):
    """An exercise by hand, in addition or in the place of another."""

    doors = ("rehab:add", "rehab:replace")
    exercise = forms.ModelChoiceField(queryset=Exercise.objects.filter(is_offered=True), widget=forms.RadioSelect)
    side = forms.ChoiceField(label=_("Side that goes first"), choices=[*SIDE_WORDS.items()][:3], initial="both")
    reason = forms.CharField(label=_("Why this departs from the suggestion"), max_length=300)

    @classmethod
    def plain_fields(cls):
        """Return the exercise by the names of the knowledge, which no database is asked for."""
        names = [(code, said(exercise.name)) for code, exercise in rehab_knowledge().exercises.items()]
        return super().plain_fields() | {"exercise": forms.ChoiceField(label=_("Exercise"), choices=names)}

    def __init__(self, *args, replacing=False, **kwargs):
        super().__init__(*args, **kwargs)
        if replacing:  # the side stays that of the exercise replaced
            del self.fields["side"]


class RemoveItem(RecordForm):
    """Take an exercise out, with the reason."""

    doors = ("rehab:remove",)
    reason = forms.CharField(label=_("Why it is taken out"), max_length=300)


class ChangeDose(RecordForm):
    """Side, levels and dose of one exercise.  An empty number means "not specified"."""

    doors = ("rehab:dose",)
    SAID = ("side", "start_level", "max_level", "tempo", "note")  # what is no plain number
    side = forms.ChoiceField(label=_("Side that goes first"), choices=[*SIDE_WORDS.items()])
    start_level = forms.TypedChoiceField(label=_("Start at level"), coerce=int)
    max_level = forms.TypedChoiceField(label=_("Signature covers up to level"), coerce=int)
    tempo = forms.RegexField(
        TEMPO,
        label=_("Tempo (seconds up-hold-down)"),
        required=False,
        help_text=_("such as 2-1-3"),
        error_messages={"invalid": _("Write three numbers of seconds: up, hold and down, such as 2-1-3.")},
    )
    note = forms.CharField(label=_("Note for the runner"), max_length=300, required=False)

    def __init__(self, *args, item, **kwargs):
        super().__init__(*args, **kwargs)
        self.item = item
        levels = rehab_knowledge().exercises[item.exercise_id].levels
        names = [(level.number, f"{level.number}: {said(level.name)}") for level in levels] or [(1, "1")]
        self.fields["start_level"].choices = self.fields["max_level"].choices = names
        for name, (low, high) in DOSE_LIMITS.items():
            self.fields[name] = forms.IntegerField(
                label=self.label_of(name),
                min_value=low,
                max_value=high,
                required=False,
                help_text=_("%(low)s to %(high)s") % {"low": low, "high": high},
            )
        for name in (*self.SAID, *DOSE_LIMITS):
            self.fields[name].initial = getattr(item, name)

    @classmethod
    def plain_fields(cls):
        """Return the words and the numbers of a dose, amounts without their unit."""
        numbers = {name: forms.IntegerField(label=label) for name, label in DOSE_LABELS.items()}
        return super().plain_fields() | numbers

    def label_of(self, name):
        """Return the label of a number, an amount with its unit."""
        unit = self.item.get_unit_display() if name.startswith("amount") else ""
        return f"{DOSE_LABELS[name]} ({unit})" if unit else DOSE_LABELS[name]

    @property
    def helper(self):
        """Set what belongs together side by side."""
        helper = super().helper
        helper.layout = Layout(
            "patient",
            "version",
            Row(Column("side"), Column("start_level"), Column("max_level")),
            Row(Column("sets"), Column("amount"), Column("amount_high")),
            Row(Column("times_a_week"), Column("times_a_week_high"), Column("times_a_day")),
            Row(Column("hold_seconds"), Column("tempo"), Column("rest_seconds")),
            "note",
        )
        return helper

    def clean(self):
        """The lower number of a pair comes first."""
        data = super().clean()
        pairs = [("start_level", "max_level"), ("amount", "amount_high"), ("times_a_week", "times_a_week_high")]
        for low, high in pairs:
            if data.get(high) is not None and (data.get(low) is None or data[high] < data[low]):
                self.add_error(high, _("This must not be lower than the number before it."))
        return data

    def dose(self):
        """Return the values by column name."""
        return {name: self.cleaned_data[name] for name in (*self.SAID, *DOSE_LIMITS)}


def _treatments():
    return [(code, said(treatment.name)) for code, treatment in rehab_knowledge().treatments.items()]


class RecordTreatment(RecordForm):
    """What was done today; the gate has the last word."""

    doors = ("rehab:treatments",)
    treatment = forms.ChoiceField(label=_("Treatment"), choices=_treatments)
    given_at = Moment(label=_("When"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    site = forms.CharField(label=_("Where on the body"), max_length=120)
    indication = forms.CharField(label=_("What it was given for"), max_length=300)
    reason = forms.CharField(label=_("Your reason, where one is needed"), max_length=300, required=False)
    response = forms.CharField(label=_("How the runner responded"), max_length=300)

    def __init__(self, *args, forbidden=(), **kwargs):
        super().__init__(*args, **kwargs)
        allowed = [(code, name) for code, name in _treatments() if code not in forbidden]
        self.fields["treatment"].choices = allowed and [("", _("choose")), *allowed]
        self.fields["given_at"].initial = timezone.localtime().strftime("%Y-%m-%dT%H:%M")

    @property
    def helper(self):
        """Set what belongs together side by side."""
        helper = super().helper
        helper.layout = Layout(
            "patient",
            "version",
            Row(Column("treatment"), Column("given_at")),
            Row(Column("site"), Column("indication")),
            "reason",
            "response",
        )
        return helper

    def clean_given_at(self):
        """A treatment is recorded after it was given."""
        given = self.cleaned_data["given_at"]
        if given > timezone.now():
            raise forms.ValidationError(_("This lies in the future."))
        return given
