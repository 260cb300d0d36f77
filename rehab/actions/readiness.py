"""What a clinician settles on the way back: the pain that is allowed, and what was tried before the first run."""

from django.utils.translation import gettext

from clinic.actions import touch_case
from clinic.audit import recorded
from clinic.clock import after_all
from clinic.terms import in_english
from rehab import written
from rehab.actions.refusals import Refused, must_sign
from rehab.models import PainLimitSet, RunReadiness
from triage.actions.deciding import must_record


@recorded
def set_pain_limit(*, case, version, during_nprs, because, by, at, strength_nprs=None, morning_change=0):
    """Set how much pain (NPRS 0 to 10) the newest diagnosis allows; without it some diagnoses have no session."""
    must_sign(by, case)
    if not because.strip():
        raise Refused(gettext("Write why this limit holds."))
    if not all(value is None or 0 <= value <= 10 for value in (during_nprs, strength_nprs, morning_change)):
        raise Refused(gettext("Pain is rated from 0 to 10."))
    text = in_english(written.PAIN_LIMIT, points=during_nprs, typed=because.strip())
    touch_case(case, version=version, by=by, at=at, kind="pain_limit", text=text)
    diagnosis = case.diagnoses.order_by("-at", "-id").first()
    if diagnosis is None:
        raise Refused(gettext("Record a diagnosis first: the limit belongs to it."))
    at = after_all(diagnosis.pain_limits, "set_at", at)
    return PainLimitSet.objects.create(
        case=case,
        diagnosis=diagnosis,
        during_nprs=during_nprs,
        strength_nprs=strength_nprs,
        morning_change=morning_change,
        because=because.strip(),
        set_at=at,
        set_by=by,
    )


@recorded
def record_readiness(*, case, version, by, at, **tried):
    """Keep what was tried before the first run: the columns of :class:`rehab.models.RunReadiness`."""
    must_record(by, case)
    hops, pain = tried.get("hops"), tried.get("hop_pain")
    if (hops is not None and not 0 <= hops <= 200) or (pain is not None and not 0 <= pain <= 10):
        raise Refused(gettext("Hops are counted from 0 to 200, pain is rated from 0 to 10."))
    at = after_all(case.readiness, "assessed_at", at)
    touch_case(case, version=version, by=by, at=at, kind="readiness", text=written.READINESS.en)
    return RunReadiness.objects.create(case=case, assessed_at=at, assessed_by=by, **tried)
