"""How is it going: the outcome measures that a runner can rate alone, asked when they are due (section 9)."""

from dataclasses import dataclass

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clinic.pages import day_words
from rehab.actions.intake import PSFS, told
from rehab.followed import measures_of_runner, scores_of
from rehab.knowledge import rehab_knowledge
from rehab.mine.forms import Rating, pain
from rehab.mine.plain import PlainForm
from rehab.models import MorningLog, SessionLog
from rehab.rules.measures import WORST, points_by_activity

NPRS = "NPRS"
MORNING = "morning"
FEWEST = round(rehab_knowledge().measures[PSFS].numbers["activities_min"])
MOST = round(rehab_knowledge().measures[PSFS].numbers["activities_max"])


@dataclass(frozen=True)
class Asked:
    """What a runner may answer today: the codes of the measures, their activities, and what was said before.

    ``named``: the runner's own words.  ``last``: {activity or "worst": (points, day)}; ``today``: {measure: parts} as
    answered today already.  ``with_morning``: nothing tells yet what a usual morning is.
    """

    measures: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    last: dict | None = None
    today: dict | None = None
    with_morning: bool = False

    @property
    def is_answered(self):
        """Return whether all of it was answered today, and is open only to be corrected."""
        return bool(self.measures) and set(self.measures) <= set(self.today or {})


def may_be_asked(mine):
    """Return whether a runner is asked how it goes: with a plan in force, and while no leg of theirs must rest."""
    return bool(mine.case and mine.gate.open and mine.plan and mine.may_run)


def is_due(mine, at):
    """Return whether a measure waits for the runner.  One query."""
    return may_be_asked(mine) and bool(_of_runner(mine, scores_of(mine.case), at)[0])


def asked_of(mine, at):
    """Return what the runner may answer today.  At most four queries."""
    scores, today = scores_of(mine.case), timezone.localdate(at)
    measures = _of_runner(mine, scores, at)[1]
    before = [score for score in scores if score.day < today]
    return Asked(
        measures=measures,
        named=_named(mine.case, scores) if PSFS in measures else (),
        last=_last(before),
        today={score.measure: score.parts for score in scores if score.day == today},
        with_morning=NPRS not in {score.measure for score in before} and not _has_logged(mine.case),
    )


def _of_runner(mine, scores, at):
    return measures_of_runner(mine.plan, scores, timezone.localdate(at))


def _named(case, scores):
    """Return the activities that are rated: those scored last, else those told before the visit."""
    rated = [score for score in scores if score.measure == PSFS]
    if rated:
        return tuple(points_by_activity(rated[-1].parts))
    event = told(case)
    goals = event.data.get("said", {}).get("goals", {}).get("goals", []) if event else []
    names = {goal["name"].strip().casefold(): goal["name"].strip() for goal in goals}
    return tuple(name for name in names.values() if name)[:MOST]


def _last(scores):
    """Return {activity or "worst": (points, day)} of the newest scores."""
    found = {}
    for score in scores:
        said = points_by_activity(score.parts) if score.measure == PSFS else {}
        said |= {WORST: score.parts[WORST]} if score.measure == NPRS and WORST in score.parts else {}
        found |= {name: (points, score.day) for name, points in said.items()}
    return found


def _has_logged(case):
    """Return whether anything was logged: a session before it would make a sore morning the usual one."""
    rows = (MorningLog.objects.filter(case=case), SessionLog.objects.filter(case=case))
    return any(found.exists() for found in rows)


class Going(PlainForm):
    """A rating from 0 to 10 for each activity, and one for the pain; what has no name yet is named first."""

    def __init__(self, data=None, *, asked):
        self.asked, self.is_stale = asked, False
        super().__init__(self._of_these(data))
        if PSFS in asked.measures:
            for number in range(1, max(FEWEST, len(asked.named)) + 1):
                self._add_activity(number)
        if NPRS in asked.measures:
            self._add_pain()

    def _of_these(self, data):
        """Leave out ratings of activities that the clinic renamed since the page was shown."""
        named = list(self.asked.named)
        if data is None or not named or self._names_in(data)[: len(named)] == named:
            return data
        self.is_stale = any(self._names_in(data))
        kept = data.copy()
        for number in range(1, MOST + 1):
            kept.pop(f"points_{number}", None)
        return kept

    @staticmethod
    def _names_in(data):
        return [data.get(f"activity_{number}", "").strip() for number in range(1, MOST + 1)]

    def _add_activity(self, number):
        named, before = self.asked.named, self.asked.last or {}
        known = named[number - 1] if number <= len(named) else ""
        if not known:
            label = gettext("Activity %(number)s: what is hard for this leg?") % {"number": number}
            self.fields[f"activity_{number}"] = forms.CharField(label=label, max_length=150)
        rated = points_by_activity((self.asked.today or {}).get(PSFS, {}))
        self.fields[f"points_{number}"] = Rating(
            label=known or gettext("Activity %(number)s: how well can you do it now?") % {"number": number},
            low=_("not at all"),
            high=_("as before"),
            help_text=last_time(before.get(known)),
            initial=rated.get(known),
        )

    def _add_pain(self):
        before, said = self.asked.last or {}, (self.asked.today or {}).get(NPRS, {})
        self.fields[WORST] = pain(
            _("The worst pain in your calf in the last 24 hours"),
            help_text=last_time(before.get(WORST)),
            initial=said.get(WORST),
        )
        if self.asked.with_morning:
            self.fields[MORNING] = pain(
                _("How much did your calf hurt at the first steps this morning?"), initial=said.get(MORNING)
            )

    def rows(self):
        """Return the activities: the number, the name where it is known, and the fields."""
        numbers = [n for n in range(1, MOST + 1) if f"points_{n}" in self.fields]
        return [
            {
                "number": number,
                "known": self.asked.named[number - 1] if number <= len(self.asked.named) else "",
                "name": self[f"activity_{number}"] if f"activity_{number}" in self.fields else None,
                "rating": self[f"points_{number}"],
            }
            for number in numbers
        ]

    def of_pain(self):
        """Return the ratings of pain."""
        return [self[name] for name in (WORST, MORNING) if name in self.fields]

    def clean(self):
        """Each activity stands once, and is the one that was shown."""
        data = super().clean()
        if self.is_stale:
            self.add_error(None, gettext("Your clinic changed your activities meanwhile. Rate them once more."))
        seen = {name.casefold() for name in self.asked.named}
        for row in self.rows():
            name = row["name"] and data.get(f"activity_{row['number']}", "").casefold()
            if name and name in seen:
                self.add_error(f"activity_{row['number']}", gettext("Name each activity once."))
            seen |= {name} if name else set()
        return data

    def told(self):
        """Return {measure: parts} as :func:`rehab.actions.answer_measures` takes them."""
        data, found = self.cleaned_data, {}
        if PSFS in self.asked.measures:
            rows = [(row["known"] or data[f"activity_{row['number']}"], row["number"]) for row in self.rows()]
            found[PSFS] = {"activities": [{"activity": name, "points": data[f"points_{n}"]} for name, n in rows]}
        if NPRS in self.asked.measures:
            found[NPRS] = {name: data[name] for name in (WORST, MORNING) if name in data}
        return found


def last_time(before):
    """Return what was said the last time, in words; nothing before the first."""
    if before is None:
        return ""
    points, day = before
    return gettext("Last time: %(points)s, on %(day)s") % {"day": day_words(day), "points": points}
