"""When something is due: working days in the clinic's time zone.  Plain functions, no clock."""

from datetime import date, datetime, time, timedelta, tzinfo

ONE_DAY = timedelta(1)


def is_working_day(day: date, days_a_week: int) -> bool:
    """Return whether a day is one of the first ``days_a_week`` of its week, Monday first."""
    return day.weekday() < days_a_week


def next_working_day(day: date, days_a_week: int) -> date:
    """Return the day itself where it is a working day, else the next one that is."""
    while not is_working_day(day, days_a_week):
        day += ONE_DAY
    return day


def midnight(day: date, zone: tzinfo) -> datetime:
    """Return the beginning of a day in a time zone."""
    return datetime.combine(day, time.min, zone)


def end_of_day(day: date, zone: tzinfo) -> datetime:
    """Return the end of a day: the beginning of the next."""
    return midnight(day + ONE_DAY, zone)


def one_working_day_after(moment: datetime, zone: tzinfo, days_a_week: int) -> datetime:
    """Return the same time of day one working day later; what arises at a weekend counts from its end on.

    Friday 15:00 gives Monday 15:00; Saturday gives the end of Monday.
    """
    local = moment.astimezone(zone)
    start = next_working_day(local.date(), days_a_week)
    if start > local.date():
        return end_of_day(start, zone)
    later = next_working_day(start + ONE_DAY, days_a_week)
    return datetime.combine(later, local.time(), zone)
