"""What the triage pages show of the tables: questions in the order they are asked, words for codes."""

from dataclasses import dataclass, replace
from functools import cache

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clinic.language import kept_by_language, said, said_number
from clinic.terms import Answer, Level, Side
from triage import written
from triage.knowledge import triage_knowledge
from triage.rules import phrases


@dataclass(frozen=True)
class Asked:
    """One three-valued line of the screening; ``mark`` says whether the wording is the clinic's convention."""

    code: str
    label: str
    mandatory: bool
    mark: str
    source: str


@dataclass(frozen=True)
class Section:
    """One shown list, over which "none of these" may be ticked."""

    key: str
    kind: str
    title: str
    urgency: str
    rows: tuple[Asked, ...]


def _asked(fact, mandatory=True):
    return Asked(fact.code, said(fact.label), mandatory, fact.mark, ", ".join(fact.source))


def _highest(flag):
    """Return the highest level a row can fire at; the clot row has its rule elsewhere and is same day."""
    return max(
        (rule.level for rule in flag.rules),
        key=lambda level: level.urgency,
        default=Level.D,
    )


@kept_by_language
def screening_sections():
    """Return the lists of the screening: emergency questions first, then risks, then signs; each code once."""
    table = triage_knowledge().red_flags
    flags = sorted(table.flags, key=lambda flag: -_highest(flag).urgency)
    seen = {"w10"}

    def fresh(facts):
        new = [fact for fact in facts if fact.code not in seen]
        seen.update(fact.code for fact in new)
        return new

    asked = [_section(flag, "question", [_asked(f) for f in fresh(flag.questions)]) for flag in flags]
    risks = [_asked(f) for f in fresh(table.risks)] + _wells_rows(seen, table.mandatory, ("w1", "w2", "w3", "w9"))
    signs = [_section(flag, "sign", _signs(flag, fresh, seen, table.mandatory)) for flag in flags]
    sections = [
        *asked,
        Section("risk", "risk", gettext("Risks for a clot"), "D", tuple(risks)),
        *signs,
    ]
    return tuple(section for section in sections if section.rows)


def _section(flag, kind, rows):
    return Section(f"{flag.code}-{kind}", kind, said(flag.title), _highest(flag).value, tuple(rows))


def _signs(flag, fresh, seen, mandatory):
    rows = [_asked(fact, fact.mandatory) for fact in fresh(flag.signs)]
    if flag.code == "RF-DVT":
        rows = _wells_rows(seen, mandatory, ("w4", "w5", "w6", "w7", "w8")) + rows
    return rows


def _wells_rows(seen, mandatory, codes):
    items = {item.code: item for item in triage_knowledge().scores.wells.items}
    rows = [
        Asked(
            code,
            said(items[code].label),
            code in mandatory,
            items[code].mark,
            ", ".join(items[code].source),
        )
        for code in codes
        if code not in seen
    ]
    seen.update(codes)
    return rows


def sections_without(known):
    """Return the lists of the screening without the rows that the record answers; an empty list is not shown."""
    left = [
        replace(section, rows=tuple(row for row in section.rows if row.code not in known))
        for section in screening_sections()
    ]
    return tuple(section for section in left if section.rows)


def known_words(known, sex):
    """Return what the record answers, in words: age limits, and the sex where it answers the pregnancy questions."""
    limits = triage_knowledge().clot.limits
    old, middle = {"years": limits.old_over_years}, {"years": limits.middle_from_years}
    ages = {
        "age_over_60": (gettext("over %(years)s") % old, gettext("not over %(years)s") % old),
        "age_50_or_over": (gettext("%(years)s or over") % middle, gettext("under %(years)s") % middle),
    }
    words = [ages[code][answer is not Answer.PRESENT] for code, answer in known.items() if code in ages]
    return [*words, sex] if "pregnant" in known else words


@cache
def screening_codes():
    """Return every code the screening asks, in order; w10 is asked apart."""
    return tuple(row.code for section in screening_sections() for row in section.rows)


def words_of(code):
    """Return the words of a code as said now; a person's fact that has no code reads as it is written."""
    text = texts().get(code)
    return said(text) if text else code.replace("_", " ").capitalize()


@cache
def texts():
    """Return the words of every code in both languages."""
    return {entry.code: entry.label for entry in triage_knowledge().codes}


def sentences():
    """Return what the rules say: their sentences, why a row fires, titles, names and findings."""
    known = triage_knowledge()
    found = [*phrases.SENTENCES, *written.SENTENCES, *(asked.text for asked in known.safety_set)]
    found += [rule.text for flag in known.red_flags.flags for rule in flag.rules]
    found += [row.text for row in known.clot.rows]
    found += [flag.title for flag in known.red_flags.flags] + [level.title for level in known.red_flags.levels.values()]
    found += [cause.name for cause in known.causes.causes] + [test.name for test in known.tests.values()]
    return found + [entry.label for entry in known.codes] + [item.label for item in known.scores.wells.items]


def row_title(code):
    """Return the title of a red-flag row."""
    return next((said(flag.title) for flag in triage_knowledge().red_flags.flags if flag.code == code), code)


def missing_links(missing):
    """Return what is missing as (code, words, whether the screening asks it)."""
    asked = set(screening_codes())
    return [(code, words_of(code), code in asked) for code in missing]


def is_held(decision):
    """Return whether only answers or a signature are missing; a danger that was found is named instead."""
    found = any(item.level is Level.D and not item.closed and not item.is_hold for item in decision.items)
    return decision.d_hold and decision.level is Level.D and not found


def advice(decision):
    """Return the level's text: what to do now, in big words; a hold has a sentence of its own."""
    code = "D-hold" if is_held(decision) else decision.level.value
    return triage_knowledge().red_flags.levels[code]


def actions_of(decision):
    """Return (title, action, forbidden meanwhile, source) of every open row, the most urgent first."""
    flags = {flag.code: flag for flag in triage_knowledge().red_flags.flags}
    return [
        {
            "row": item.row,
            "level": item.level.value,
            "text": said(item.text),
            "flag": flags[item.row],
            "item": item,
        }
        for item in decision.items
        if not item.closed
    ]


def pathway(decision):
    """Return the hospital's next step for a suspected clot, or None where no clot is suspected."""
    if not decision.dvt.suspected:
        return None
    return triage_knowledge().scores.pathway.get(str(decision.wells.two_level))


def wells_rows(facts):
    """Return the ten items with their answer, for the decision page and the letter."""
    rows = []
    for item in triage_knowledge().scores.wells.items:
        answer = facts.w10 if item.code == "w10" else facts.answer(item.code)
        rows.append({"item": item, "answer": ANSWER_WORDS[answer], "is_yes": answer is Answer.PRESENT})
    return rows


ANSWER_WORDS = {
    Answer.PRESENT: _("yes"),
    Answer.ABSENT: _("no"),
    Answer.NOT_ASSESSED: _("not asked"),
}


SIDE_WORDS = {Side.LEFT: _("left"), Side.RIGHT: _("right"), Side.BOTH: _("both sides")}


def measured_words(measurement):
    """Return one measured value in words, in the language spoken now: what, which side, how much, how much it hurt."""
    side = f", {SIDE_WORDS[measurement.side]}" if measurement.side in SIDE_WORDS else ""
    value = "" if measurement.value is None else f": {said_number(measurement.value)} {measurement.unit}".rstrip()
    pain = ", " + gettext("pain %(points)s/10") % {"points": measurement.pain_nprs}
    return f"{words_of(measurement.test)}{side}{value}{'' if measurement.pain_nprs is None else pain}"


@kept_by_language
def cause_choices():
    """Return every cause as (code, words), in the order that breaks ties."""
    return tuple((cause.code, said(cause.name)) for cause in triage_knowledge().causes.causes)


def cause_title(code):
    """Return the words of a cause."""
    return dict(cause_choices()).get(code, code)


def codes_of_lists(kind):
    """Return the codes of every shown list of a kind: question, risk or sign."""
    return {row.code for section in screening_sections() if section.kind == kind for row in section.rows}


def codes_of_rows(rows):
    """Return the questions and signs of some red-flag rows; a letter says which were absent."""
    kept = {f"{row}-{kind}" for row in rows for kind in ("question", "sign")}
    return {row.code for section in screening_sections() if section.key in kept for row in section.rows}


@cache
def danger_tests():
    """Return the measured tests that a hospital acts on: blood flow, pressures, girth, and what gives a danger fact."""
    asked = set(screening_codes())
    tests = triage_knowledge().tests.values()
    return {t.code for t in tests if t.region == "vascular" or t.code == "CALF_GIRTH" or t.gives_fact in asked}


def fail_lines(test, side, sex):
    """Return the fail lines of a test in words, for a side and a sex; another sex sees both cuts."""
    sided = {"left": test.fail_left, "right": test.fail_right}.get(str(side)) or test.fail_below
    words = [gettext("fails below %(value)s %(unit)s") % _at(_cut(sided, sex), test)] if sided else []
    if test.fail_from is not None:
        words.append(gettext("fails from %(value)s %(unit)s on") % _at(said_number(test.fail_from), test))
    if test.fail_above is not None:
        words.append(gettext("fails above %(value)s %(unit)s") % _at(said_number(test.fail_above), test))
    if test.fail_to is not None:
        words.append(gettext("fails up to %(value)s %(unit)s") % _at(said_number(test.fail_to), test))
    if test.norm_by_decade:
        words.append(gettext("fails below %(share)s of the mean of the age") % {"share": f"{test.norm_share:.0%}"})
    if test.line:
        words.append(gettext("fails below the value predicted from age and sex, less one SD"))
    if test.min_ratio is not None:
        words.append(gettext("or below %(share)s of the other side") % {"share": f"{test.min_ratio:.0%}"})
    if test.max_gap is not None:
        gap = gettext("or over %(value)s %(unit)s less than the other side")
        words.append(gap % _at(said_number(test.max_gap), test))
    if test.pain_from is not None:
        words.append(gettext("or pain from %(points)s/10") % {"points": test.pain_from})
    return ", ".join(words)


def _at(value, test):
    return {"value": value, "unit": test.unit}


def _cut(table, sex):
    if "any" in table or sex in table:
        return said_number(table.get("any", table.get(sex)))
    low, high = sorted(table.values())[0], sorted(table.values())[-1]
    return gettext("%(low)s to %(high)s") % {"low": said_number(low), "high": said_number(high)}
