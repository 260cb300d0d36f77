"""The letter to the hospital or the doctor: owed after a screening that refers, sent to somebody, or owed no more."""

from django.utils.translation import gettext

from clinic.actions import touch_case
from clinic.alarms import end_of_day, open_task, settle_task
from clinic.audit import recorded
from clinic.consents import Kind, refuses
from clinic.terms import Level, in_english
from triage import written
from triage.actions.deciding import Refused, must_be_current, must_record

OWED, SENT = "letter", "letter_sent"
REFERS = {Level.E, Level.D, Level.U}
ENDED = ("excluded", "confirmed")
NEEDLESS = written.LETTER_NOT_NEEDED.en
HAND = "hand"  # the runner takes it there


def is_agreed(case):
    """Return whether a letter may be sent: the runner refuses neither it nor their care, or a danger is open."""
    dangers = case.red_flag_items.filter(level__in={Level.E, Level.D}).exclude(outcome__in=ENDED)
    return not refuses(case.patient, Kind.LETTER, Kind.CARE) or dangers.exists()


def owe_letter(case, level, *, by, at):
    """Open the task to send a letter, due by the end of the day, where a screening or an examination refers the runner.

    A danger that stood in the last letter asks for no other.
    """
    sent = case.events.filter(kind=SENT).values_list("at", flat=True).first()
    if level in REFERS and (sent is None or _found_since(case, sent)):
        open_task(case=case, code=OWED, text=written.LETTER_OWED.en, by=by, at=at, due=end_of_day(at))


def _found_since(case, sent):
    """Return (row, level) of the dangers that were found since a letter went, and were not waiting in it.

    A danger that was excluded and comes back is news, and so is one that has become graver.
    """
    found = list(case.red_flag_items.values_list("row", "level", "opened_at", "outcome"))
    waiting = {(row, level) for row, level, at, outcome in found if at <= sent and outcome not in ENDED}
    return {(row, level) for row, level, at, _outcome in found if at > sent} - waiting


def owe_letter_no_more(case, *, by, at):
    """End that task once nothing is left that somebody else has to assess.  Inside the action's transaction.

    A permission to load ends nothing: what was referred is still to be looked at.
    """
    referred = case.red_flag_items.filter(level__in=REFERS).exclude(outcome__in=ENDED)
    if not referred.exclude(sign_offs__kind__in=["considered_not_suspected", "released"]).exists():
        settle_task(case=case, code=OWED, text=NEEDLESS, by=by, at=at)


@recorded
def send_letter(*, case, version, to, way, by, at):
    """Keep to whom a letter went, and by which of ``written.WAYS``; the task that asked for it is done.

    ``Refused`` without a name, and where the runner does not agree and no danger asks for it: then they take it there
    themselves.  A letter that went wrong is sent again: the timeline keeps both.
    """
    must_record(by, case)
    must_be_current(case, version)
    if not to.strip():
        raise Refused(gettext("Write to whom it went."))
    if way != HAND and not is_agreed(case):
        raise Refused(gettext("The runner does not agree that a letter is sent: give it to them, or ask them again."))
    text = in_english(written.LETTER_SENT, typed=to.strip(), way=written.WAYS[way].en)
    settle_task(case=case, code=OWED, text=text, by=by, at=at)
    touch_case(case, version=version, by=by, at=at, kind=SENT, text=text)
