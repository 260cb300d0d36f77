"""Recording what was done with the hands, through the treatment gate."""

from django.utils.translation import gettext

from clinic.actions import forget_draft, touch_case
from clinic.audit import recorded
from clinic.language import said
from clinic.phrases import said_again
from clinic.terms import in_english
from rehab import written
from rehab.actions.kept import knowledge_columns
from rehab.actions.refusals import NotAllowed, Refused, must_sign
from rehab.decision import reason_json
from rehab.facts import plan_facts, verdicts_of_treatments
from rehab.knowledge import rehab_knowledge
from rehab.models import TreatmentRecord
from triage.facts import facts_json


@recorded
def record_treatment(*, case, treatment, given_at, site, indication, reason, response, version, by, at):
    """Keep one treatment with the gate's answer; a forbidden one is refused, whatever the reason."""
    name = rehab_knowledge().treatments[treatment].name
    must_sign(by, case)
    touch_case(
        case,
        version=version,
        by=by,
        at=at,
        kind="treatment",
        text=in_english(written.TREATED, treatment=name.en, typed=site),
    )
    facts = plan_facts(case, at.date(), case.equipment)
    judged = verdicts_of_treatments(case, facts)[treatment]
    if judged.verdict == "forbidden":
        raise NotAllowed(
            gettext("%(name)s is forbidden today.") % {"name": said(name)},
            *(said_again(because.text) for because in judged.because),
        )
    if judged.verdict == "reason_needed" and not reason.strip():
        raise Refused(
            gettext("%(name)s needs your reason today.") % {"name": said(name)},
            *(said_again(because.text) for because in judged.because),
        )
    forget_draft(person=by, case=case, form="treatment")
    return TreatmentRecord.objects.create(
        case=case,
        treatment=treatment,
        given_at=given_at,
        given_by=by,
        site=site,
        indication=indication,
        verdict=str(judged.verdict),
        inputs=facts_json(facts),
        because=[reason_json(because) for because in judged.because],
        reason=reason.strip(),
        response=response,
        **knowledge_columns(),
    )
