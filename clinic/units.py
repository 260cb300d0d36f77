"""Kilometres, kilograms and metres in a person's own units.  Stored is always metric; only what is shown differs.

The factors are exact by definition: an international mile is 1.609344 km, a foot 0.3048 m, a pound 0.45359237 kg.
"""

from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext_lazy as _

KM_PER_MILE = Decimal("1.609344")
M_PER_FOOT = Decimal("0.3048")
KG_PER_POUND = Decimal("0.45359237")
WORDS = {
    "metric": {"distance": _("km"), "load": _("kg"), "climb": _("m")},
    "imperial": {"distance": _("miles"), "load": _("lb"), "climb": _("ft")},
}


def unit_word(units, what):
    """Return the word for a unit: ``what`` is "distance", "load" or "climb"; ``units`` "metric" or "imperial"."""
    return WORDS[units][what]


def _rounded(value, places):
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def km_from(value, units):
    """Return typed kilometres or miles as kilometres, to the metre; nothing for nothing."""
    if value is None:
        return None
    return _rounded(value * KM_PER_MILE if units == "imperial" else value, 3)


def km_shown(km, units):
    """Return stored kilometres in the person's units, to two decimals; nothing for nothing."""
    if km is None:
        return None
    return _rounded(Decimal(km) / KM_PER_MILE if units == "imperial" else Decimal(km), 2).normalize() + 0


def kg_from(value, units):
    """Return typed kilograms or pounds as kilograms, to 100 g; nothing for nothing."""
    if value is None:
        return None
    return _rounded(value * KG_PER_POUND if units == "imperial" else value, 1)


def kg_shown(kg, units):
    """Return stored kilograms in the person's units, to one decimal; nothing for nothing."""
    if kg is None:
        return None
    return _rounded(Decimal(kg) / KG_PER_POUND if units == "imperial" else Decimal(kg), 1).normalize() + 0


def climb_shown(metres, units):
    """Return stored metres of climb in the person's units, whole; nothing for nothing."""
    if metres is None:
        return None
    return int(_rounded(Decimal(metres) / M_PER_FOOT if units == "imperial" else Decimal(metres), 0))
