"""Record the clinician's diagnosis; the rules' ranking is stored beside it, never inside."""

from django.utils.translation import gettext, gettext_noop

from clinic.actions import touch_case
from clinic.audit import recorded
from clinic.clock import after_all
from clinic.language import for_the_record
from clinic.models import Case
from clinic.terms import in_english
from triage import written
from triage.actions.deciding import Refused, decide_and_keep, must_be_current, must_sign, plain
from triage.actions.noticing import owe_rest
from triage.gate import loading_gate
from triage.knowledge import triage_knowledge
from triage.models import Diagnosis
from triage.words import cause_title


def ranking_json(decision):
    """Return what is kept of the ranked causes."""
    return {"causes": plain(decision.causes), "strain_grade": decision.strain_grade}


@recorded
def record_diagnosis(*, case, version, cause, by, at, grade=None, override_reason=""):
    """Name the cause.  A cause that is not ranked first needs a reason; Refused without it."""
    must_sign(by, case)
    must_be_current(case, version)
    if cause not in {known.code for known in triage_knowledge().causes.causes}:
        raise Refused(gettext("%(cause)s is no cause this clinic knows.") % {"cause": cause})
    at = after_all(case.diagnoses, "at", at)
    decision = decide_and_keep(case, by=by, at=at, kind="causes", result=ranking_json)
    ranked = [ranked.code for ranked in decision.causes.causes if ranked.score > 0]
    if ranked[:1] != [cause] and not override_reason.strip():
        raise Refused(_ask_why(cause, ranked))
    diagnosis = Diagnosis.objects.create(
        case=case,
        cause=cause,
        grade=grade,
        override_reason=override_reason.strip(),
        at=at,
        by=by,
    )
    changes = (
        {"next_step": gettext_noop("Draft the plan"), "attention": Case.Attention.DUE}
        if loading_gate(case).open
        else {}
    )
    touch_case(
        case,
        version=version,
        by=by,
        at=at,
        kind="diagnosis",
        text=in_english(written.DIAGNOSED, cause=for_the_record(cause_title, cause)),
        data={"cause": cause, "ranked": place_of(cause, ranked), "because": override_reason.strip()},
        **changes,
    )
    owe_rest(case, at=at, shown_to=by)
    return diagnosis


def place_of(cause, ranked):
    """Return the place of a cause in the ranking, from 1; 0 where it has none."""
    return ranked.index(cause) + 1 if cause in ranked else 0


def _ask_why(cause, ranked):
    """Return what asks for the reason of a diagnosis that the ranking does not put first."""
    if not ranked:
        return gettext("The ranking has no cause yet. Say why %(cause)s is recorded.") % {"cause": cause_title(cause)}
    asked = gettext("The ranking puts %(first)s first. Say why %(cause)s is recorded.")
    return asked % {"first": cause_title(ranked[0]), "cause": cause_title(cause)}
