"""The forms of the intake before the visit.  Each says in ``told`` what is kept, as plain JSON values."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clinic.language import said
from clinic.terms import Answer, Level
from rehab.knowledge import rehab_knowledge
from rehab.mine.forms import YES_NO, Rating, three_ways
from rehab.mine.intake_words import BEGAN, RISKS
from rehab.mine.plain import PlainForm
from triage.knowledge import triage_knowledge
from triage.knowledge.zones import ZONES

SIDES = ("left", "right")
# Asked with the risks for a clot: the worry about one, what makes bleeding likely, and the risks of narrow arteries.
ASKED_FIRST = ("clot_worry", "anticoagulant")
ASKED_LAST = ("smoking", "diabetes", "vascular_risk_other")
GOALS = int(rehab_knowledge().measures["PSFS"].numbers["activities_max"])
SILENT = Answer.NOT_ASSESSED


def words(label, rows=3, required=True, longest=2000, **kwargs):
    """Return a box for a runner's own words."""
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=longest, required=required, widget=area, **kwargs)


class TopicForm(PlainForm):
    """One topic; by default it keeps its fields as they are."""

    doors = ("rehab:my_intake_topic",)

    def told(self):
        """Return what is kept, as plain JSON values."""
        return {name: self.cleaned_data[name] for name in self.fields}

    @classmethod
    def initial_of(cls, told):
        """Return the initial values of a topic that was told before."""
        return told


class Dangers(TopicForm):
    """The questions of the safety set of one level; each needs a yes or a no."""

    def __init__(self, *args, level, **kwargs):
        super().__init__(*args, **kwargs)
        self.questions = [question for question in triage_knowledge().safety_set if question.level is level]
        for question in self.questions:
            self.fields[question.code] = forms.ChoiceField(
                label=said(question.text), choices=YES_NO, widget=forms.RadioSelect
            )

    @classmethod
    def plain_fields(cls):
        """Return the questions of every level."""
        return {name: field for level in Level for name, field in cls(level=level).fields.items()}

    def asked(self):
        """Return each question as its field, with what to do after a yes."""
        return [{"field": self[question.code], "advice": question.advice} for question in self.questions]

    @property
    def yes(self):
        """Return the codes that were answered yes."""
        return [code for code in self.fields if self.cleaned_data.get(code) == Answer.PRESENT]

    def clean(self):
        """A yes stops at once: what was not answered beside it holds nobody up."""
        data = super().clean()
        if self.yes:
            for code in list(self.errors):
                del self._errors[code]
        return data

    def told(self):
        """Return every answer; a question that was left out after a yes is silence."""
        return {code: self.cleaned_data.get(code) or SILENT.value for code in self.fields}


class Risks(TopicForm):
    """Every risk for a clot, asked; "no to all the others" answers what was shown and not answered."""

    none = forms.BooleanField(required=False)

    def __init__(self, *args, known, **kwargs):
        """``known`` are the facts that the record answers: nobody is asked those."""
        super().__init__(*args, **kwargs)
        self.codes = [code for code in risk_codes() if code not in known]
        for code in self.codes:
            field = three_ways(RISKS[code])
            field.required = False
            self.fields[code] = field

    @classmethod
    def plain_fields(cls):
        """Return every question, also what a record may answer."""
        return cls(known={}).fields

    def asked(self):
        """Return the questions as fields, in their order."""
        return [self[code] for code in self.codes]

    def clean(self):
        """Each is answered, by itself or together with the others."""
        data = super().clean()
        if not data.get("none") and any(not data.get(code) for code in self.codes):
            raise forms.ValidationError(gettext("Answer each one, or say no to all the others."))
        return data

    @property
    def shown_none(self):
        """Return the codes answered together with the others."""
        return [code for code in self.codes if not self.cleaned_data.get(code)]

    @property
    def answers(self):
        """Return {code: Answer}."""
        return {code: Answer(self.cleaned_data.get(code) or Answer.ABSENT) for code in self.codes}

    def told(self):
        """Return every answer by its code."""
        return {code: answer.value for code, answer in self.answers.items()}


def risk_codes():
    """Return every code that is asked as a risk, once: lists of the clot rule, and what belongs with them."""
    known = triage_knowledge()
    risks = [*known.clot.strong, *known.clot.weak, *(risk.code for risk in known.red_flags.risks)]
    return list(dict.fromkeys((*ASKED_FIRST, *risks, *ASKED_LAST)))


class Story(TopicForm):
    """When and how it began."""

    onset_on = forms.DateField(
        label=_("Since when?"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("The day it began, as near as you know. Leave it empty if you cannot say."),
    )
    began = forms.ChoiceField(label=_("How did it begin?"), choices=BEGAN, widget=forms.RadioSelect)
    story = words(_("What happened, and what makes it better or worse?"), rows=5, longest=4000)
    previous_strain = three_ways(_("Have you had a calf strain before?"))

    def clean_onset_on(self):
        """The onset is in the past."""
        day = self.cleaned_data["onset_on"]
        if day and day > timezone.localdate():
            raise forms.ValidationError(gettext("This day lies in the future."))
        return day

    def told(self):
        """Return the fields, the day as it is written: 2026-01-31."""
        day = self.cleaned_data["onset_on"]
        return super().told() | {"onset_on": day.isoformat() if day else ""}


class Where(TopicForm):
    """The places that hurt: zones of the palpation map on either leg, and words for any other place."""

    zones = forms.MultipleChoiceField(
        choices=[(f"{zone.code}_{side}", "") for zone in ZONES for side in SIDES],
        required=False,
    )
    elsewhere = forms.CharField(label=_("Somewhere else on the leg? Say where"), max_length=300, required=False)

    def clean(self):
        """It hurts somewhere."""
        data = super().clean()
        if not data.get("zones") and not data.get("elsewhere", "").strip():
            raise forms.ValidationError(gettext("Mark at least one place, or say where it hurts."))
        return data


class Running(TopicForm):
    """What was run before it hurt."""

    running_history = words(
        _("How much do you run, and what has changed lately?"),
        rows=4,
        help_text=_("How far a week, how often, hills, speed, anything new"),
    )
    core_training = three_ways(_("Do you train your core for at least 15 minutes, three times a week?"))
    hypermobile = three_ways(_("Are you more flexible than most people of your age?"))


class Shoes(TopicForm):
    """What the feet are like, and what they wear."""

    shoes = forms.CharField(
        label=_("Which shoes do you run in, and since when?"),
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    flat_feet = three_ways(_("Are your feet flat?"))


class Medicines(TopicForm):
    """What is taken."""

    medicines = words(
        _("Which medicines do you take?"), longest=500, help_text=_("With and without prescription; “none” if none")
    )
    allergies = forms.CharField(label=_("Allergies"), max_length=300, help_text=_("“None known” if you know of none"))


class Goals(TopicForm):
    """What the runner wants to do again: activities of their own with how well each goes now (PSFS, section 9)."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields |= self.plain_fields()
        for number in range(2, GOALS + 1):
            named = not self.is_bound or bool(self.data.get(f"name_{number}", "").strip())
            self.fields[f"rating_{number}"].required = named

    @classmethod
    def plain_fields(cls):
        """Return the activities, each with its rating; the first is asked for."""
        made = {}
        for number in range(1, GOALS + 1):
            made[f"name_{number}"] = forms.CharField(label=_("Activity"), max_length=150, required=number == 1)
            made[f"rating_{number}"] = Rating(
                label=_("How well can you do it now?"), low=_("not at all"), high=_("as before")
            )
        return made

    def rows(self):
        """Return the activities as pairs of fields, numbered."""
        return [
            {"number": number, "name": self[f"name_{number}"], "rating": self[f"rating_{number}"]}
            for number in range(1, GOALS + 1)
        ]

    def clean(self):
        """A rating has its activity, as an activity has its rating."""
        data = super().clean()
        for number in range(1, GOALS + 1):
            name, rating = data.get(f"name_{number}"), data.get(f"rating_{number}")
            if rating is not None and not name and number > 1:
                self.add_error(f"name_{number}", gettext("Say what it is."))
        return data

    def told(self):
        """Return the activities: {"goals": [{"name", "rating"}]}."""
        data = self.cleaned_data
        named = [n for n in range(1, GOALS + 1) if data.get(f"name_{n}")]
        return {"goals": [{"name": data[f"name_{n}"], "rating": data[f"rating_{n}"]} for n in named]}

    @classmethod
    def initial_of(cls, told):
        """Return the fields of the activities told before."""
        return {
            f"{what}_{number}": goal[what]
            for number, goal in enumerate(told.get("goals", []), start=1)
            for what in ("name", "rating")
        }
