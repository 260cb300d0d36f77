"""Close an item with its outcome; sign for one item; record a specialist's release."""

from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from clinic.actions import touch_case
from clinic.audit import recorded
from clinic.clock import after
from clinic.language import for_the_record
from clinic.models import Case
from clinic.terms import Outcome, OutcomeType, TestResult, in_english
from triage import written
from triage.actions.deciding import Refused, decide_and_keep, must_be_current, must_sign, next_when_open
from triage.actions.letters import owe_letter_no_more
from triage.actions.noticing import owe_rest
from triage.decision import triage_decision
from triage.facts import case_facts
from triage.gate import loading_gate
from triage.knowledge import triage_knowledge
from triage.models import Decision, Diagnosis, RedFlagItem, Screening, SignOff
from triage.rules.items import CLOT_ROW, clot_excluded
from triage.rules.scores import TwoLevel
from triage.words import cause_title, row_title


def _result(value):
    return TestResult(value) if value else None


def _locked_item(case, item_id):
    item = RedFlagItem.objects.select_for_update().filter(case=case, pk=item_id).first()
    if item is None:
        raise Refused(gettext("This item does not belong to this case."))
    return item


def _wells_levels(case, item, at):
    """Return the Wells levels the tests must answer: of the screening that opened the item, and of today.

    A later calm screening makes nothing of an earlier one less likely.
    """
    levels = [triage_decision(case_facts(case, at.date()), triage_knowledge()).wells.two_level]
    decisions = Decision.objects.filter(case=case, kind="triage")
    if item.screening_id:
        later = Screening.objects.filter(case=case, started_at__gt=item.screening.started_at)
        until = later.order_by("started_at").values_list("started_at", flat=True).first()
        decisions = decisions.filter(at__lt=until) if until else decisions
    newest = decisions.order_by("-at", "-id").first()
    if newest is not None:
        levels.append(TwoLevel(newest.result["wells"]["two_level"]))
    return levels


# What clot_excluded asks for, in words: who is refused must learn what would do.  [NG158]
EXCLUDES = {
    TwoLevel.LIKELY: _("a negative ultrasound and a negative D-dimer, or a negative repeat ultrasound"),
    TwoLevel.UNLIKELY: _("a negative D-dimer, or a positive D-dimer and a negative ultrasound"),
    TwoLevel.NOT_APPLICABLE: _("a negative ultrasound, or a written hospital discharge; never the D-dimer"),
}
RESULT_OF_WELLS = {
    TwoLevel.LIKELY: _("likely"),
    TwoLevel.UNLIKELY: _("unlikely"),
    TwoLevel.INCOMPLETE: _("incomplete"),
    TwoLevel.NOT_APPLICABLE: _("not applicable"),
}
CONFIRMED_BY = _("A clot is confirmed by a positive scan, or by the written hospital discharge. Record which.")


def _must_fit_the_tests(case, item, told, at):
    """Refuse an outcome of a suspected clot that the recorded tests do not show; ``inconclusive`` stays open anyway."""
    if told.outcome is OutcomeType.CONFIRMED:
        if TestResult.POSITIVE not in (told.scan, told.repeat_scan) and not told.discharged:
            raise Refused(str(CONFIRMED_BY))
        return
    if told.outcome is not OutcomeType.EXCLUDED:
        return
    asked = [level for level in _wells_levels(case, item, at) if not clot_excluded(told, level)]
    if not asked:
        return
    needed = EXCLUDES.get(asked[0], EXCLUDES[TwoLevel.LIKELY])  # an incomplete score is read like a likely one
    if TestResult.POSITIVE in (told.scan, told.repeat_scan):
        raise Refused(gettext("A positive ultrasound does not exclude a clot: record it as confirmed."))
    sentence = gettext("These results do not exclude a clot. With this Wells result (%(level)s) it takes %(needed)s.")
    raise Refused(sentence % {"level": RESULT_OF_WELLS[asked[0]], "needed": needed})


def _may_be_released(item):
    """Return whether a release says something: after ``confirmed``; for a signed clot it frees massage."""
    signed = item.sign_offs.filter(kind="considered_not_suspected").exists()
    return item.outcome == OutcomeType.CONFIRMED or (item.row == CLOT_ROW and signed and not item.outcome)


def _next(case):
    """Return what today's list says after an item was answered."""
    gate = loading_gate(case)
    if gate.open:
        return {"attention": Case.Attention.DUE, "next_step": next_when_open(case)}
    if gate.unanswered and all(item.outcome == OutcomeType.CONFIRMED for item in gate.unanswered):
        return {"attention": Case.Attention.DUE, "next_step": gettext_noop("Wait for the treating service's release")}
    return {}


@recorded
def close_item(
    *,
    case,
    version,
    item_id,
    outcome,
    text,
    by,
    at,
    scan="",
    repeat_scan="",
    d_dimer="",
    discharged=False,
):
    """Record how one item ended.  Only ``excluded`` unlocks; ``inconclusive`` stays open.

    A suspected clot is excluded only by the tests that rule T-DVT asks for, and confirmed only by a scan or the
    hospital's letter; otherwise Refused.
    """
    must_sign(by, case)
    must_be_current(case, version)
    item = _locked_item(case, item_id)
    if item.outcome in ("excluded", "confirmed"):
        raise Refused(gettext("This item already has its outcome."))
    if not text.strip():
        raise Refused(gettext("Write what was found."))
    if item.row == CLOT_ROW:
        results = (_result(scan), _result(repeat_scan), _result(d_dimer))
        _must_fit_the_tests(case, item, Outcome(item.row, OutcomeType(outcome), *results, discharged), at)
    RedFlagItem.objects.filter(pk=item.pk).update(
        outcome=outcome,
        outcome_text=text.strip(),
        closed_at=after(at, item.opened_at),
        closed_by=by,
        scan=scan,
        repeat_scan=repeat_scan,
        d_dimer=d_dimer,
        discharged=discharged,
    )
    results = _results(scan=scan, repeat_scan=repeat_scan, d_dimer=d_dimer)
    sentence = (written.TESTED if results else written.ANSWERED)[outcome]
    row = for_the_record(row_title, item.row)
    _say(
        case,
        version,
        by,
        at,
        "item_closed",
        in_english(sentence, row=row, results=results, typed=text.strip()),
    )


@recorded
def sign_off(*, case, version, item_id, kind, reason, by, at, limits=""):
    """Sign for one item: considered and not suspected, may load (with limits), or released."""
    must_sign(by, case)
    must_be_current(case, version)
    item = _locked_item(case, item_id)
    if kind == "considered_not_suspected" and not item.signable:
        raise Refused(gettext("This item does not accept a signature: it needs an outcome."))
    if kind == "released" and not _may_be_released(item):
        raise Refused(gettext("Only a confirmed condition, or a clot that was signed for, can be released."))
    if kind == "may_load" and item.level != "U":
        raise Refused(gettext("Only an item of level U can be answered with a permission to load."))
    if kind == "may_load" and not limits.strip():
        raise Refused(gettext("Write the limits of the load."))
    if not reason.strip():
        raise Refused(gettext("Write the reason."))
    SignOff.objects.create(
        case=case,
        item=item,
        kind=kind,
        by=by,
        at=at,
        reason=reason.strip(),
        limits=limits.strip(),
    )
    words = in_english(written.ANSWERED[kind], row=for_the_record(row_title, item.row), typed=reason.strip())
    _say(case, version, by, at, "signed_off", words)


@recorded
def release_diagnosis(*, case, version, cause, reason, by, at, limits=""):
    """Record that the treating service released a diagnosis that must not be loaded."""
    must_sign(by, case)
    must_be_current(case, version)
    if cause not in triage_knowledge().red_flags.must_not_load:
        raise Refused(gettext("%(cause)s needs no release.") % {"cause": cause})
    if not Diagnosis.objects.filter(case=case, cause=cause, at__lte=at).exists():
        unknown = gettext("%(cause)s is not recorded in this case: there is nothing to release.")
        raise Refused(unknown % {"cause": cause})
    if not reason.strip():
        raise Refused(gettext("Write who released it, and what they said."))
    SignOff.objects.create(
        case=case,
        cause=cause,
        kind="released",
        by=by,
        at=at,
        reason=reason.strip(),
        limits=limits.strip(),
    )
    words = in_english(written.ANSWERED["released"], row=for_the_record(cause_title, cause), typed=reason.strip())
    _say(case, version, by, at, "released", words)


def _results(**results):
    """Return the recorded test results in words: "scan negative, d dimer positive"."""
    return ", ".join(written.TOLD_RESULTS[told].en for told in results.items() if told[1])


def _say(case, version, by, at, kind, text):
    """Keep what the rules say now that it was answered, and write the timeline, and today's list with it."""
    decide_and_keep(case, by=by, at=at)
    touch_case(case, version=version, by=by, at=at, kind=kind, text=text, **_next(case))
    owe_letter_no_more(case, by=by, at=at)
    owe_rest(case, at=at, shown_to=by)  # an outcome may take back what a signature allowed
