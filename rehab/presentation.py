"""A stored plan as cards that a page can show: words for the clinician, words for the runner."""

import re
from dataclasses import dataclass
from types import SimpleNamespace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.language import kept_by_language, said
from clinic.phrases import said_again
from rehab.facts import catalogue_dose, level_of
from rehab.knowledge import rehab_knowledge
from rehab.words import (
    NOT_SPECIFIED,
    SIDE_WORDS,
    dose_facts,
    dose_words,
    effort_words,
    frequency_words,
    load_words,
    tempo_words,
)
from triage.knowledge import triage_knowledge

CODE = re.compile(r"\b[A-Za-z]+(?:_[A-Za-z0-9]+)+\b|\b(?:PCS|SOLEUS|GASTROC|PLANTARIS|CONTUSION|TIGHTNESS|CRAMP)\b")
NUMBERS = {
    "onset_days": gettext_lazy("The day it began (in the story)"),
    "pain_nprs": gettext_lazy("Pain in the calf tests (in the examination)"),
}
SPOKEN_CAUSES = ("ACHILLES_TENDINOPATHY", "ACHILLES_RUPTURE", "TRIGGER_POINT", "SOLEUS", "GASTROC", "PLANTARIS", "PCS")


@dataclass(frozen=True)
class Card:
    """One exercise of a plan, ready to be shown."""

    item: object
    exercise: object  # the catalogue's entry
    name: str
    number: str
    level: int
    level_name: str
    level_count: int
    dose: str
    dose_rows: tuple
    frequency: str
    tempo: str
    side: str
    hold_seconds: int | None
    rest_seconds: int | None
    load: str
    effort: str
    cues: str
    faults: str
    looked_for: str  # besides the rule, before the next level; a step is the clinician's, so no runner reads it
    course: tuple[tuple[str, str], ...]  # (what, in words): when to go on, when to step back
    notes: str
    why: tuple[SimpleNamespace, ...]
    why_runner: str
    sources: tuple[str, ...]
    is_convention: bool
    contraindications: tuple[str, ...]
    media: tuple

    @property
    def is_unscheduled(self):
        """Return whether nobody has said how often; the library leaves it open for some levels."""
        return self.frequency in ("", NOT_SPECIFIED)

    @property
    def left_open(self):
        """Return in words what the source does not specify of this dose."""
        return ", ".join(label.lower() for label, words in self.dose_rows if words == NOT_SPECIFIED)


def parts_of(need):
    """Return a need without its side, and the side in words: ("core_rot", ", left side")."""
    for ending in ("_left", "_right"):
        if need.endswith(ending):
            return need.removesuffix(ending), f", {SIDE_WORDS[ending[1:]]}"
    return need, ""


def need_words(need):
    """Return a need in words, with its side: "core rotation, left side"."""
    base, side = parts_of(need)
    text = rehab_knowledge().mapping.needs.get(base)
    return f"{said(text)[:1].lower()}{said(text)[1:]}{side}" if text else need


def need_for_runner(need):
    """Return a need as one would say it to a runner."""
    base, side = parts_of(need)
    text = rehab_knowledge().mapping.runner_needs.get(base)
    return f"{said(text)}{side}" if text else need


def because_words(because):
    """Return one stored reason as a sentence for the clinician."""
    forced = {rule.code: said(rule.text) for rule in rehab_knowledge().mapping.forced}
    rule, need = because.get("rule", ""), because.get("need")
    if because.get("text"):
        return in_words(because["text"])
    if rule == "CLINICIAN":
        return _("Added by the clinician")
    if rule in forced:
        return _("{sentence} (rule {rule})").format(sentence=forced[rule], rule=rule)
    if need:
        words = _("Chosen because this test failed: {need} (rule {rule})")
        return words.format(need=need_words(need), rule=rule)
    return _("Rule {rule}").format(rule=rule)


def in_parts(because):
    """Return a reason as its first clause and the working behind it; its sources stand below, once for all."""
    lead, *rest = because_words(because).split("; ")
    return SimpleNamespace(lead=lead, working=[words for words in rest if words != because.get("source")])


def runner_words(exercise, item):
    """Return why an exercise is in the plan, in words for the runner."""
    if any(because.get("rule") == "maintain" for because in item.because):
        return f"{said(exercise.why).rstrip('.')}. {_('Your test passes now: a little each week keeps it.')}"
    needs = sorted({need_for_runner(b["need"]) for b in item.because if b.get("need")})
    if not needs:
        return said(exercise.why)
    found = _("Your tests showed room to improve here: {needs}.").format(needs="; ".join(needs))
    return f"{said(exercise.why).rstrip('.')}. {found}"


def sources_of(exercise, item):
    """Return every source key behind an item, each once, in order."""
    keys = []
    for because in item.because:
        source = because.get("source") or ()
        keys += source.split(", ") if isinstance(source, str) else source
    return tuple(dict.fromkeys(key for key in (*keys, *exercise.source) if key))


def side_words(side, per_side):
    """Return which side goes first; a level that trains both at once keeps it for the levels that do not."""
    if side not in ("left", "right"):
        return ""
    if per_side:
        return {
            "left": _("Left side first, with one extra set"),
            "right": _("Right side first, with one extra set"),
        }[side]
    return {
        "left": _("Where one side is trained at a time: left side first, with one extra set"),
        "right": _("Where one side is trained at a time: right side first, with one extra set"),
    }[side]


def dose_at(item, level):
    """Return the dose of an item at a level: what was prescribed at the start, else the catalogue's."""
    if level == item.start_level:
        return item
    return SimpleNamespace(**{**vars(item), **catalogue_dose(item.exercise_id, level)})


def course_of(exercise):
    """Return when an exercise goes on to its next level and when it steps back; empty without a ladder."""
    rules = rehab_knowledge().rules
    if len(exercise.levels) < 2:
        return ()
    return (
        (_("Next level"), said(rules[exercise.progress_rule].text)),
        (_("Step back"), said(rules[exercise.regress_rule].text)),
    )


def card(item, level=None, media=()):
    """Return one item as a card, at its current level."""
    exercise, own = rehab_knowledge().exercises[item.exercise_id], item.own
    at = level or item.start_level
    step, dose = level_of(exercise, at), dose_at(item, at)
    shown = tuple(m for m in media if own and m.wording_id == own.pk and m.level in (None, at))
    return Card(
        item=item,
        exercise=exercise,
        name=item.spoken,
        number=exercise.number,
        level=at,
        level_name=said(step.name) if step else "",
        level_count=item.exercise.level_count,
        dose=dose_words(dose),
        dose_rows=tuple(dose_facts(dose)),
        frequency=frequency_words(dose),
        tempo=tempo_words(dose.tempo),
        side=side_words(item.side, dose.per_side),
        hold_seconds=dose.hold_seconds,
        rest_seconds=dose.rest_seconds,
        load=load_words(step.dose) if step else "",
        effort=effort_words(step.dose) if step else "",
        cues=(own and own.cues) or said(exercise.cues),
        faults=(own and own.faults) or said(exercise.faults),
        looked_for=said(exercise.progress_also) if exercise.progress_also else "",
        course=course_of(exercise),
        notes=said(exercise.notes) if exercise.notes else "",
        why=tuple(in_parts(because) for because in item.because),
        why_runner=runner_words(exercise, item),
        sources=sources_of(exercise, item),
        is_convention=bool(exercise.mark or (step and step.mark)),
        contraindications=contraindications(exercise.code),
        media=shown,
    )


@kept_by_language
def labels():
    """Return the words for every fact, need, cause and exercise, by code."""
    known = {entry.code: said(entry.label) for entry in triage_knowledge().codes}
    needs = {code: said(text) for code, text in rehab_knowledge().mapping.needs.items()}
    return {**known, **needs, **{code: said(exercise.name) for code, exercise in rehab_knowledge().exercises.items()}}


def label_of(code):
    """Return the words for a code."""
    return labels().get(code, code)


def in_words(text):
    """Return a sentence of the rules with the codes of needs, causes and exercises in words."""
    return CODE.sub(lambda found: _spoken(found.group()), said_again(text))


def _spoken(code):
    if code in rehab_knowledge().exercises or code in SPOKEN_CAUSES:
        return label_of(code)
    return need_words(code) if need_words(code) != code else code


def questions():
    """Return every yes-or-no question that can close an exercise, in words, by its code."""
    catalogue = rehab_knowledge().exercises.values()
    yes_or_no = {"gait_not_attempted", *(closed_by.code for each in catalogue for closed_by in each.contraindications)}
    return {code: said(asked.text) for code, asked in rehab_knowledge().questions.items() if code in yes_or_no}


def question_words(code):
    """Return in words what is asked, or what must be recorded in the story or the examination first."""
    if code in NUMBERS:
        return str(NUMBERS[code])
    asked = rehab_knowledge().questions.get(code)
    return said(asked.text) if asked else label_of(code)


def contraindications(code):
    """Return what forbids an exercise, in words."""
    return tuple(said(closed_by.question) for closed_by in rehab_knowledge().exercises[code].contraindications)


def name_of(code):
    """Return the catalogue name of an exercise code."""
    exercise = rehab_knowledge().exercises.get(code)
    return said(exercise.name) if exercise else code


def sentence(entry):
    """Return a stored reason, which may be a dictionary or plain words, as words."""
    return in_words(entry.get("text") or entry.get("reason") or "" if isinstance(entry, dict) else str(entry))


def working(result):
    """Return the rest of a stored decision in words: gaps, drops, next block, add-ons, open questions."""
    return {
        "status": result["status"],
        "reasons": [sentence(reason) for reason in result.get("reasons", ())],
        "ask_first": result.get("ask_first", ()),
        "uncovered": [need_words(_code(need)) for need in result.get("uncovered", ())],
        "dropped": [
            {
                "name": name_of(drop["code"]),
                "reason": in_words(drop["reason"]),
                "substitute": name_of(drop["substitute"]) if drop.get("substitute") else "",
            }
            for drop in result.get("dropped", ())
        ],
        "next_block": [name_of(_code(entry)) for entry in result.get("next_block", ())],
        "add_ons": [name_of(_code(entry)) for entry in result.get("add_ons", ())],
    }


def _code(entry):
    return entry["code"] if isinstance(entry, dict) else entry
