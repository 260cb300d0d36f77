"""Record an examination: tests and findings, with the verdict of each."""

from django.utils.translation import gettext_noop

from clinic.actions import forget_draft, touch_case
from clinic.audit import recorded
from clinic.clock import after_all
from clinic.models import Case
from clinic.terms import Answer, Side, in_english
from triage import written
from triage.actions.deciding import (
    attention_of,
    decide_and_keep,
    must_be_current,
    must_record,
    open_items,
    present_facts,
)
from triage.actions.letters import owe_letter
from triage.actions.noticing import owe_rest
from triage.actions.sharing import share_dangers
from triage.facts import current_screening
from triage.models import Examination, Finding

_others = []


def after_examining(look):
    """Let another app look at a case that was just examined, in the same transaction: ``look(case=, by=, at=)``."""
    if look not in _others:
        _others.append(look)


def _sided(key):
    return key if isinstance(key, tuple) else (key, Side.NONE.value)


@recorded
def record_examination(*, case, version, by, at, findings=None, measured=None, shown_none=()):
    """Keep findings ({code or (code, side): Answer}) and measured tests ({(test, side): dict}).

    ``measured`` dicts hold value, unit, method, pain_nprs.  What fires opens its item in this transaction.
    """
    must_record(by, case)
    must_be_current(case, version)
    at = after_all(case.examinations, "at", at)
    known = present_facts(case, at)
    examination = Examination.objects.create(case=case, at=at, by=by)
    rows = [
        Finding(
            examination=examination,
            code=code,
            side=side,
            answer=Answer(answer).value,
            shown_none=code in shown_none,
        )
        for (code, side), answer in ((_sided(key), answer) for key, answer in (findings or {}).items())
    ]
    rows += [
        Finding(examination=examination, code=test, side=side, **values)
        for (test, side), values in (measured or {}).items()
    ]
    Finding.objects.bulk_create(rows)
    decision = decide_and_keep(case, by=by, at=at)
    _keep_verdicts(examination, decision)
    before = set(case.red_flag_items.values_list("pk", flat=True))
    open_items(case, decision, screening=current_screening(case), by=by, at=at, before=known)
    share_dangers(case, by=by, at=at)
    changes = {}
    if case.red_flag_items.exclude(pk__in=before).exists():
        changes["attention"], changes["next_step"] = attention_of(decision)
        owe_letter(case, decision.level, by=by, at=at)
    elif case.attention == Case.Attention.DUE:
        changes["next_step"] = gettext_noop("Look at the causes, record a diagnosis")
    touch_case(
        case,
        version=version,
        by=by,
        at=at,
        kind="examination",
        text=in_english(written.EXAMINED, count=len(rows)),
        **changes,
    )
    owe_rest(case, at=at, shown_to=by)
    for look in _others:
        look(case=case, by=by, at=at)
    forget_draft(person=by, case=case, form="examination")
    return examination


def _keep_verdicts(examination, decision):
    verdicts = {(judged.test, Side(judged.side).value): str(judged.verdict) for judged in decision.judged}
    for finding in examination.findings.filter(answer=""):
        verdict = verdicts.get((finding.code, finding.side))
        if verdict:
            Finding.objects.filter(pk=finding.pk).update(verdict=verdict)
