"""What the causes page shows: the ranking with its working, the diagnosis, and what stops it."""

from django.utils.translation import gettext_lazy as _

from clinic.access import may_sign
from clinic.terms import Answer
from triage.facts import case_facts, reopened_by
from triage.forms import RecordDiagnosis, Release
from triage.gate import unreleased_causes
from triage.knowledge import triage_knowledge
from triage.models import Diagnosis, SignOff
from triage.pages import decide
from triage.words import cause_title, words_of

SHOWN_TESTS = 8
WHY_SHOWN = {
    "pinned": _("pinned: its red flag is open"),
    "must_not_miss": _("must not be missed: shown whatever its points"),
    "score": "",
}


def cause_name(code):
    """Return the words of a cause."""
    return cause_title(code)


def context(case, person, today, diagnosis_form=None, release_form=None):
    """Return what the causes page shows."""
    facts = case_facts(case, today)
    decision = decide(facts)
    ranking = decision.causes
    scored = [cause.code for cause in ranking.causes if cause.score > 0]
    first = scored[0] if scored else ""
    newest = Diagnosis.objects.filter(case=case).select_related("by").first()
    initial = {
        "cause": newest.cause if newest else "",  # never the ranking's: a diagnosis is chosen, not tapped away
        "grade": decision.strain_grade,
    }
    signs = may_sign(person, case) and not case.closed_at
    return {
        "case": case,
        "decision": decision,
        "causes": [_shown(place, cause) for place, cause in enumerate(ranking.causes, start=1)],
        "undifferentiated": ranking.undifferentiated,
        "test_next": [words_of(code) for code in ranking.test_next[:SHOWN_TESTS]],
        "contributors": _contributors(decision),
        "first": cause_title(first) if first else "",
        "grade": decision.strain_grade,
        "grade_text": triage_knowledge().causes.grade.get(decision.strain_grade),
        "newest": newest,
        "reopened": reopened_by(case, newest),
        "newest_name": cause_title(newest.cause) if newest else "",
        "diagnosis_form": diagnosis_form or RecordDiagnosis(case=case, initial=initial),
        "may_sign": signs,
        **_releases(case, signs, release_form),
    }


def _contributors(decision):
    """Return what may have brought it on and was found, and what nobody has looked at yet."""
    states = {Answer.PRESENT: _("found"), Answer.NOT_ASSESSED: _("not looked at yet")}
    answers = [
        (code, decision.answers.get(code, Answer.NOT_ASSESSED)) for code in triage_knowledge().causes.contributors
    ]
    return [
        {"words": words_of(code), "state": states[answer], "found": answer is Answer.PRESENT}
        for code, answer in sorted(answers, key=lambda pair: pair[1] is not Answer.PRESENT)
        if answer in states
    ]


def _shown(place, ranked):
    cause = next(cause for cause in triage_knowledge().causes.causes if cause.code == ranked.code)
    lines = [{"words": words_of(f.code), "weight": f.weight, "source": f.source} for f in ranked.findings]
    return {
        "place": place,
        "cause": cause,
        "ranked": ranked,
        "why": WHY_SHOWN.get(ranked.shown_because, ranked.shown_because),
        "for": [line for line in lines if line["weight"] > 0],
        "against": [line for line in lines if line["weight"] < 0],
        "noted": [line for line in lines if line["weight"] == 0],
    }


def _releases(case, signs, release_form):
    """Return the diagnoses of the case that wait for a specialist's release, and those released."""
    released = list(SignOff.objects.filter(case=case, kind="released").exclude(cause="").select_related("by"))
    forms = []
    for cause in unreleased_causes(case, released):
        bound = release_form if release_form is not None and release_form.data.get("cause") == cause else None
        form = bound or Release(case=case, initial={"cause": cause}, auto_id=f"release-{cause}-%s")
        forms.append({"name": cause_title(cause), "form": form if signs else None})
    return {
        "waiting": forms,
        "released": [{"name": cause_title(row.cause), "row": row} for row in released],
    }
