"""Which days a week holds: each kind of day with the exercises of its session.

An exercise asked for three times a week and one of every day meet on three days; on the other four the daily one stands
alone.  So a runner takes one page a day, and whoever follows the pages does each exercise as often as it is asked for.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rehab.mine.frame import level_now
from rehab.presentation import dose_at

WHOLE_WEEK, EVERY_OTHER = 7, 4  # four days of seven still leave a day between each two


@dataclass(frozen=True)
class Day:
    """One kind of day: its name, how its days are spread, and its items in the plan's order."""

    name: str
    spread: str
    items: tuple


def times_a_week(item) -> int | None:
    """Return on how many days a week an item is asked for now; None where nobody wrote it."""
    return dose_at(item, level_now(item)).times_a_week


def days_of(items) -> list[Day]:
    """Return the kinds of days of these items of a plan in force, the fullest first; empty without items.

    What nobody gave a number of days stands on every page: it is done as agreed with the clinician.
    """
    asked = {item.pk: times_a_week(item) for item in items}
    counts = sorted({times for times in asked.values() if times})
    if not counts:
        return [Day(_("As agreed with your clinician"), "", tuple(items))] if items else []
    before = [0, *counts]
    return [
        Day(_name(times, fewer), _spread(times, fewer), tuple(i for i in items if (asked[i.pk] or times) >= times))
        for fewer, times in zip(before, counts, strict=False)
    ]


def _name(times, fewer):
    if not fewer:
        if times == WHOLE_WEEK:
            return _("Every day")
        return ngettext("{days} day a week", "{days} days a week", times).format(days=times)
    if times == WHOLE_WEEK:
        return _("All other days")
    return ngettext("{days} more day a week", "{days} more days a week", times - fewer).format(days=times - fewer)


def _spread(times, fewer):
    return _("Leave a day between two of these days.") if not fewer and 1 < times <= EVERY_OTHER else ""
