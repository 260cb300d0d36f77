"""Record the clinician's diagnosis; the rules' ranking is stored beside it, never inside."""

from django.db import transaction

from clinic.actions import touch_case
from clinic.models import Case
from triage.actions.deciding import Refused, decide_and_keep, must_be_current, must_sign, plain
from triage.gate import loading_gate
from triage.knowledge import triage_knowledge
from triage.models import Diagnosis
from triage.words import cause_title


def _ranking(decision):
    return {"causes": plain(decision.causes), "strain_grade": decision.strain_grade}


@transaction.atomic
def record_diagnosis(*, case, version, cause, by, at, grade=None, override_reason=""):
    """Name the cause.  A cause that is not ranked first needs a reason; Refused without it."""
    must_sign(by, case)
    must_be_current(case, version)
    if cause not in {known.code for known in triage_knowledge().causes.causes}:
        raise Refused(f"{cause} is no cause this clinic knows.")
    decision = decide_and_keep(case, by=by, at=at, kind="causes", result=_ranking)
    ranked = [ranked.code for ranked in decision.causes.causes if ranked.score > 0]
    if ranked[:1] != [cause] and not override_reason.strip():
        first = f"The ranking puts {cause_title(ranked[0])} first." if ranked else "The ranking has no cause yet."
        raise Refused(f"{first} Say why {cause_title(cause)} is recorded.")
    diagnosis = Diagnosis.objects.create(
        case=case,
        cause=cause,
        grade=grade,
        override_reason=override_reason.strip(),
        at=at,
        by=by,
    )
    changes = {"next_step": "Draft the plan", "attention": Case.Attention.DUE} if loading_gate(case).open else {}
    touch_case(
        case,
        version=version,
        by=by,
        at=at,
        kind="diagnosis",
        text=f"Diagnosis recorded: {cause_title(cause)}",
        **changes,
    )
    return diagnosis
