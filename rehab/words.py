"""Doses, sides and times in words, for clinicians and for runners.  Plain functions over plain values."""

UNIT_WORDS = {
    "r": ("repetition", "repetitions"),
    "s": ("second", "seconds"),
    "breaths": ("breath", "breaths"),
    "steps": ("step", "steps"),
    "m": ("metre", "metres"),
    "min": ("minute", "minutes"),
}
SIDE_WORDS = {"left": "left side", "right": "right side", "both": "both sides", "none": "no side"}
NOT_SPECIFIED = "not specified"


def number(value):
    """Return a number without a needless ".0"."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def span(low, high=None):
    """Return "20" or "20 to 30"; empty where nothing is known."""
    if low is None:
        return ""
    return number(low) if high in (None, low) else f"{number(low)} to {number(high)}"


def amount_words(item):
    """Return what one set holds: "8 repetitions each side", "20 to 30 seconds", "6, then 4, then 2 repetitions"."""
    one, many = UNIT_WORDS.get(item.unit, ("", ""))
    if item.scheme:
        what = f"{', then '.join(item.scheme.split('-'))} {many}"
    elif item.amount is None:
        return ""
    else:
        word = one if (item.amount_high or item.amount) == 1 else many
        what = f"{span(item.amount, item.amount_high)} {word}"
    return f"{what} each side" if item.per_side else what


def dose_words(item):
    """Return the main line of a dose: "3 sets of 6 repetitions each side"."""
    amount = amount_words(item)
    if not amount:
        return f"{item.sets} sets" if item.sets else "as agreed with your clinician"
    if item.scheme or item.sets is None:
        return amount
    return f"{item.sets} {'set' if item.sets == 1 else 'sets'} of {amount}"


def tempo_words(tempo):
    """Return "2 s up, 1 s hold, 3 s down" for "2-1-3"; empty where none is given."""
    parts = tempo.split("-") if tempo else []
    if len(parts) != 3:
        return ""
    return ", ".join(f"{n} s {word}" for n, word in zip(parts, ("up", "hold", "down"), strict=True) if n != "0")


def frequency_words(item):
    """Return "every day", "3 to 4 times a week", "twice a day, 5 times a week"."""
    if item.times_a_week is None:
        return ""
    week = f"{span(item.times_a_week, item.times_a_week_high)} times a week"
    if item.times_a_week == 1 and item.times_a_week_high in (None, 1):
        week = "once a week"
    elif item.times_a_week == 7:
        week = "every day"
    day = {2: "twice a day, ", 3: "three times a day, ", 4: "four times a day, "}
    return day.get(item.times_a_day, "") + week


def between(found):
    """Return a span of the catalogue in words; empty where the source gives none."""
    return span(found.low, found.high) if found else ""


def load_words(dose):
    """Return the load of a level: "20 to 30 % of body weight", "0.5 to 1 kg"; empty where none is given."""
    if dose.load_percent:
        return f"{between(dose.load_percent)} % of body weight"
    return f"{between(dose.load_kg)} kg" if dose.load_kg else ""


def effort_words(dose):
    """Return how hard a level should feel on the Borg scale of 0 to 10; empty where it is not given."""
    return f"{between(dose.rpe)} of 10" if dose.rpe else ""


def dose_facts(item):
    """Return the rest of a dose as (label, words); what the source leaves out says so."""
    hold = f"{item.hold_seconds} s" if item.hold_seconds else ""
    rest = "" if item.rest_seconds is None else f"{item.rest_seconds} s"
    rows = [("Tempo", tempo_words(item.tempo)), ("Rest between sets", rest), ("How often", frequency_words(item))]
    if hold:
        rows.insert(0, ("Hold each", hold))
    return [(label, words or NOT_SPECIFIED) for label, words in rows]
