"""Doses, sides and times in words, for clinicians and for runners, in the language that is spoken now."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clinic.language import spoken_units
from clinic.units import kg_shown, unit_word
from rehab import written
from rehab.knowledge import rehab_knowledge
from rehab.rules import phrases

SIDE_WORDS = {
    "left": gettext_lazy("left side"),
    "right": gettext_lazy("right side"),
    "both": gettext_lazy("both sides"),
    "none": gettext_lazy("no side"),
}
NOT_SPECIFIED = gettext_lazy("not specified")


def sentences():
    """Return what the rules say: their sentences, and the names and questions they put in."""
    known = rehab_knowledge()
    table = known.mapping
    found = [
        *phrases.SENTENCES,
        *written.SENTENCES,
        *known.reasons.values(),
        *(saying.text for saying in known.progress.sayings.values()),
    ]
    found += [alert.text for alert in known.progress.alerts.values()]
    found += [measure.name for measure in known.measures.values()]
    found += [rule.text for rule in (*table.forced, *table.add_ons, *table.elephants)]
    found += [exercise.name for exercise in known.exercises.values()]
    found += [asked.question for exercise in known.exercises.values() for asked in exercise.contraindications]
    found += [each.name for each in known.treatments.values()]
    found += [each.label for each in (*known.columns.values(), *known.contra.values())]
    cells = (cell for treatment in known.treatments.values() for cell in treatment.cells.values())
    found += table.needs.values()
    return found + [cell.qualifier for cell in cells if cell.qualifier] + [*table.equipment.values()]


def number(value):
    """Return a number without a needless ".0"."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def span(low, high=None):
    """Return "20" or "20 to 30"; empty where nothing is known."""
    if low is None:
        return ""
    if high in (None, low):
        return number(low)
    return _("{low} to {high}").format(low=number(low), high=number(high))


def unit_words(unit, count):
    """Return the word for a unit of a dose, for one or for many; empty for an unknown unit."""
    return {
        "r": ngettext("repetition", "repetitions", count),
        "s": ngettext("second", "seconds", count),
        "breaths": ngettext("breath", "breaths", count),
        "steps": ngettext("step", "steps", count),
        "m": ngettext("metre", "metres", count),
        "min": ngettext("minute", "minutes", count),
    }.get(unit, "")


def amount_words(item):
    """Return what one set holds: "8 repetitions each side", "20 to 30 seconds", "6, then 4, then 2 repetitions"."""
    if item.scheme:
        what = f"{_(', then ').join(item.scheme.split('-'))} {unit_words(item.unit, 2)}"
    elif item.amount is None:
        return ""
    else:
        what = f"{span(item.amount, item.amount_high)} {unit_words(item.unit, item.amount_high or item.amount)}"
    return _("{amount} each side").format(amount=what) if item.per_side else what


def sets_words(sets):
    """Return "1 set" or "3 sets"."""
    return ngettext("{sets} set", "{sets} sets", sets).format(sets=sets)


def dose_words(item):
    """Return the main line of a dose: "3 sets of 6 repetitions each side"."""
    amount = amount_words(item)
    if not amount:
        return sets_words(item.sets) if item.sets else _("as agreed with your clinician")
    if item.scheme or item.sets is None:
        return amount
    return _("{sets} of {amount}").format(sets=sets_words(item.sets), amount=amount)


def tempo_words(tempo):
    """Return "2 s up, 1 s hold, 3 s down" for "2-1-3"; empty where none is given."""
    parts = tempo.split("-") if tempo else []
    if len(parts) != 3:
        return ""
    said = (_("{seconds} s up"), _("{seconds} s hold"), _("{seconds} s down"))
    return ", ".join(words.format(seconds=n) for n, words in zip(parts, said, strict=True) if n != "0")


def frequency_words(item):
    """Return "every day", "3 to 4 times a week", "twice a day, 5 times a week"."""
    if item.times_a_week is None:
        return ""
    if item.times_a_week == 1 and item.times_a_week_high in (None, 1):
        week = _("once a week")
    elif item.times_a_week == 7:
        week = _("every day")
    else:
        week = _("{times} times a week").format(times=span(item.times_a_week, item.times_a_week_high))
    day = {2: _("twice a day"), 3: _("three times a day"), 4: _("four times a day")}.get(item.times_a_day)
    return f"{day}, {week}" if day else week


def between(found):
    """Return a span of the catalogue in words; empty where the source gives none."""
    return span(found.low, found.high) if found else ""


def load_words(dose):
    """Return the load of a level, in the units of who reads: "20 to 30 % of body weight", "0.5 to 1 kg", or nothing."""
    if dose.load_percent:
        return _("{share} % of body weight").format(share=between(dose.load_percent))
    if not dose.load_kg:
        return ""
    units, ends = spoken_units(), (dose.load_kg.low, dose.load_kg.high)
    return f"{span(*(kg_shown(kg, units) for kg in ends))} {unit_word(units, 'load')}"


def effort_words(dose):
    """Return how hard a level should feel on the Borg scale of 0 to 10; empty where it is not given."""
    return _("{effort} of 10").format(effort=between(dose.rpe)) if dose.rpe else ""


def dose_facts(item):
    """Return the rest of a dose as (label, words); what the source leaves out says so."""
    hold = f"{item.hold_seconds} s" if item.hold_seconds else ""
    rest = "" if item.rest_seconds is None else f"{item.rest_seconds} s"
    rows = [
        (_("Tempo"), tempo_words(item.tempo)),
        (_("Rest between sets"), rest),
        (_("How often"), frequency_words(item)),
    ]
    if hold:
        rows.insert(0, (_("Hold each"), hold))
    return [(label, words or NOT_SPECIFIED) for label, words in rows]
