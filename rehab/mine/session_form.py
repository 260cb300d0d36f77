"""The form of a session: each exercise with its sets, how it felt or why it was left out; then the whole."""

from dataclasses import dataclass, field
from datetime import date

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clinic.language import said
from clinic.terms import Side
from clinic.units import kg_from, unit_word
from rehab.actions import ExerciseTold, SessionTold
from rehab.knowledge import rehab_knowledge
from rehab.mine.forms import Amount, Told, effort, pain
from rehab.models import ExerciseLog
from rehab.rules.session import sets_of
from rehab.words import SIDE_WORDS, span, unit_words

HEAVIEST = 500  # kilograms or pounds; a slip of the thumb beyond
REASONS = [
    ("", _("Choose a reason")),
    ("It hurt", _("It hurt")),
    ("No time", _("No time")),
    ("No equipment", _("No equipment")),
    ("Too hard", _("Too hard")),
    ("Not clear how to do it", _("Not clear how to do it")),
    ("Something else", _("Something else")),
]  # kept in English, as clinicians read it; shown in the runner's language
FORMS = [
    (ExerciseLog.Form.GOOD, _("Clean throughout")),
    (ExerciseLog.Form.SOME, _("A fault now and then")),
    (ExerciseLog.Form.MANY, _("A fault in more than one of five")),
]


def set_words(found):
    """Return one set in words: "Set 1, left side: 6 repetitions"."""
    what = span(found.amount, found.amount_high)
    if what:
        what = f"{what} {unit_words(found.unit, found.amount_high or found.amount)}"
    if found.hold_seconds and found.unit == "r":
        what = gettext("{amount}, hold each {seconds} s").format(amount=what, seconds=found.hold_seconds)
    head = gettext("Extra set") if found.extra else gettext("Set {number}").format(number=found.round)
    head = head if found.side is Side.NONE else f"{head}, {SIDE_WORDS[found.side]}"
    return f"{head}: {what}" if what else head


@dataclass
class ExercisePart:
    """One exercise of the form: the task, its sets, and its fields by short name."""

    number: int
    task: object
    sets: tuple
    last: object = None  # what was logged of it before
    last_words: str = ""  # the same in one line, and of which day
    last_day: date | None = None
    ways_instead: list = field(default_factory=list)  # how to do what may take its place
    fields: dict = field(default_factory=dict)


class SessionForm(Told):
    """A session.  ``tasks`` are its exercises; ``swaps`` what may take the place of each; ``last`` earlier logs."""

    doors = ("rehab:my_session", "rehab:my_correction")

    def __init__(self, *args, tasks, swaps=None, last=None, units="metric", **kwargs):
        super().__init__(*args, **kwargs)
        self.units, swaps, last = units, swaps or {}, last or {}
        self.parts = []
        for number, task in enumerate(tasks, start=1):
            code = task.item.exercise_id
            part = ExercisePart(number, task, sets_of(task.asked), last.get(code))
            self._add(part, swaps.get(code, ()))
            self.parts.append(part)

    def _add(self, part, instead):
        names = self._fields(part, instead)
        for short, made in names.items():
            name = f"x{part.number}_{short}"
            self.fields[name] = made
            part.fields[short] = self[name]

    def _fields(self, part, instead):
        """Return the fields of one exercise by short name."""
        made = {
            "sets": forms.MultipleChoiceField(
                label=_("Which sets did you do?"),
                required=False,
                choices=[(str(n), set_words(found)) for n, found in enumerate(part.sets)],
                widget=forms.CheckboxSelectMultiple,
            ),
            "all": forms.BooleanField(label=_("All sets done"), required=False),
            "pain": pain(_("Pain while doing it"), required=False, aside=_("needed for the next level")),
            "effort": effort(_("How hard was it?"), required=False, aside=_("needed for the next level")),
            "form": forms.ChoiceField(
                label=_("How clean was it?"), choices=FORMS, widget=forms.RadioSelect, required=False
            ),
            "reason": forms.ChoiceField(label=_("Why did you leave it out?"), choices=REASONS, required=False),
            "more": forms.CharField(label=_("In your own words"), required=False, max_length=200),
        }
        if instead:
            known = rehab_knowledge().exercises
            choices = [("", _("Nothing else")), *((code, said(known[code].name)) for code in instead)]
            made["instead"] = forms.ChoiceField(label=_("What did you do instead?"), choices=choices, required=False)
        if part.task.card.load or (part.last and part.last.load_kg is not None):
            label = gettext("Load in {unit}").format(unit=unit_word(self.units, "load"))
            made["load"] = Amount(label=label, highest=HEAVIEST)
        return made

    def clean(self):
        """Every exercise was done, in whole or in part, or says why not."""
        data = super().clean()
        for part in self.parts:
            if not self._done(part) and not self._reason(part):
                self.add_error(f"x{part.number}_sets", _("Tick the sets you did, or say why you left it out."))
            if self._value(part, "instead") and not self._reason(part):
                self.add_error(f"x{part.number}_reason", _("Say why you did another exercise."))
        return data

    def _value(self, part, short):
        return self.cleaned_data.get(f"x{part.number}_{short}")

    def _done(self, part):
        """Return the numbers of the sets that were done."""
        every = set(range(len(part.sets)))
        return every if self._value(part, "all") else {int(n) for n in self._value(part, "sets") or ()}

    def _reason(self, part):
        words = [self._value(part, "reason"), self._value(part, "more")]
        return ": ".join(word for word in words if word)

    def session(self):
        """Return the session as :class:`rehab.actions.SessionTold`."""
        return SessionTold(**self.told(), exercises=tuple(self._exercise(part) for part in self.parts))

    def _exercise(self, part):
        done, instead = self._done(part), self._value(part, "instead") or ""
        how = "full" if len(done) == len(part.sets) else "partly" if done else "skipped"
        how, done = ("swapped", set()) if instead else (how, done)
        return ExerciseTold(
            item=part.task.item.pk,
            done=how,
            sets=tuple(
                {"side": found.side.value, "amount": found.amount, "unit": found.unit, "done": n in done}
                for n, found in enumerate(part.sets)
            ),
            load_kg=kg_from(self._value(part, "load"), self.units),
            pain_during=self._value(part, "pain"),
            effort=self._value(part, "effort"),
            form=self._value(part, "form") or "",
            reason=self._reason(part),
            swapped_for=instead,
        )
