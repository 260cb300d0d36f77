"""How much of an exercise is asked for now: the dose of its level, and the share of it that the rules leave."""

from dataclasses import replace

from clinic.terms import Side
from rehab.mine.frame import level_now, percent_now
from rehab.presentation import card, dose_at
from rehab.rules.session import Asked, sets_of
from rehab.words import dose_words


def asked_words(asked):
    """Return a dose in words after its share was taken: "3 sets of 3 repetitions each side"."""
    rounds = [found for found in sets_of(asked) if not found.extra]
    low, high = rounds[0].amount, rounds[0].amount_high
    scheme = [found.amount for found in rounds if found.side in (rounds[0].side, Side.NONE)] if asked.scheme else []
    sets = asked.sets and len({found.round for found in rounds})
    dose = replace(asked, sets=sets, amount=low, amount_high=high, scheme="-".join(str(amount) for amount in scheme))
    return dose_words(dose)


def asked_now(item):
    """Return the dose of an item of the plan in force, as it is asked for now."""
    dose = dose_at(item, level_now(item))
    return Asked(
        sets=dose.sets,
        amount=dose.amount,
        amount_high=dose.amount_high,
        unit=dose.unit,
        per_side=dose.per_side,
        scheme=tuple(int(part) for part in dose.scheme.split("-") if part),
        tempo=tuple(float(part) for part in dose.tempo.split("-") if part),
        hold_seconds=dose.hold_seconds,
        rest_seconds=dose.rest_seconds,
        side=Side(item.side),
        percent=percent_now(item),
    )


def card_now(item, media=()):
    """Return an item of the plan in force as a card at its current level, with the dose that is asked for now."""
    return replace(card(item, level_now(item), media), dose=str(asked_words(asked_now(item))))
