"""What the plan pages show, gathered with few queries, and how an action becomes an answer."""

from types import SimpleNamespace

from django.contrib import messages
from django.db.models import OuterRef, Prefetch, Subquery
from django.shortcuts import redirect
from django.utils.translation import gettext

from clinic.access import may_sign
from clinic.language import said
from clinic.phrases import said_again
from clinic.terms import Answer, in_english
from rehab.actions import Refused
from rehab.facts import decided_facts, plan_facts, verdicts_of_exercises, verdicts_of_treatments
from rehab.forms import Checklist, DraftPlan, SignPlan
from rehab.knowledge import rehab_knowledge
from rehab.models import Exercise, ExerciseMedia, LevelStep, Plan, PlanItem, Wording
from rehab.presentation import card, in_words, label_of, question_words, questions, working
from rehab.rules import phrases
from triage.gate import signing_gate

ONLY_SIGNING = {"stale_screening", "unconfirmed_knowledge"}  # reasons against signing that are none against loading
UNASKED = "ASK-"  # as the rules say it
COUNTS_AS_PRESENT = in_english(phrases.COUNTS_AS_PRESENT, what="")
NOT_YET = {"no_screening", "unfinished_screening", "incomplete_screening"}  # nobody has looked, so nothing was found
NEWEST = LevelStep.objects.filter(item=OuterRef("pk")).order_by("-stepped_at", "-id").values("level")[:1]


def open_plans(case):
    """Return (draft, plan in force), each with its items at their current level; two queries."""
    items = PlanItem.objects.worded(case.clinic_id).annotate(current_level=Subquery(NEWEST))
    plans = Plan.objects.open().filter(case=case).select_related("decision", "diagnosis", "drafted_by", "signed_by")
    found = {plan.status: plan for plan in plans.prefetch_related(Prefetch("items", items.order_by("position")))}
    return found.get("draft"), found.get("signed")


def cards_of(plan, media=()):
    """Return the plan's exercises as cards, each at its current level."""
    return [card(item, item.current_level, media) for item in plan.items.all()]


def shown(plan):
    """Return what a page for the clinician needs of one plan."""
    cause = label_of(plan.diagnosis.cause) if plan.diagnosis else ""
    return {"plan": plan, "cause": cause, "cards": cards_of(plan), "working": working(plan.decision.result)}


def shown_media(plan):
    """Return the pictures and films of a plan's exercises that its clinic made.  One query."""
    return list(ExerciseMedia.objects.filter(wording__in=[item.own.pk for item in plan.items.all() if item.own]))


def shown_to_runner(plan):
    """Return what the runner's page needs of one plan: pictures too, and nothing of the working."""
    return {"plan": plan, "cards": cards_of(plan, shown_media(plan))}


def shut(case, gate):
    """Return what the page of a shut gate needs: whether a screening is missing, or an item is open."""
    return {"case": case, "gate": gate, "not_screened": any(reason.code in NOT_YET for reason in gate.reasons)}


def stopping(case, gate):
    """Return how a shut gate is told to the runner: "emergency", "stop", or "wait" where nothing began yet."""
    if any(item.level == "E" for item in gate.unanswered):
        return "emergency"
    began = any(reason.code not in NOT_YET for reason in gate.reasons) or case.plans.signed().exists()
    return "stop" if began else "wait"


def perform(request, form, act, done, success=""):
    """Run one action for a posted form and go on; return None where the form is to be shown again.

    A stale version or the wrong runner raises StaleRecord, which clinic answers with 409.
    """
    if not form.is_valid():
        return None
    try:
        act(form.cleaned_data)
    except Refused as refused:
        form.case.refresh_from_db(fields=["version"])  # the action counted it up before it was undone
        for sentence in refused.sentences:
            form.add_error(None, sentence)
        return None
    if success:
        messages.success(request, success)
    return redirect(*done)


def draft_items(case):
    """Return the items of the case's draft with what the forms need."""
    drafts = Plan.objects.drafts().filter(case=case)
    return (
        PlanItem.objects.filter(plan__in=drafts).worded(case.clinic_id).select_related("plan__decision", "plan__case")
    )


def checklist_of(case, posted):
    """Return the list that was posted: the open questions of the draft, or its answers to be changed."""
    draft = Plan.objects.drafts().filter(case=case).select_related("decision").first()
    if draft is None or posted.get("list") != "answered":
        return Checklist(posted, case=case, questions=ask_first(draft) if draft else [])
    asked, known = answered(draft)
    return Checklist(posted, case=case, questions=asked, known=known)


def ask_first(plan):
    """Return the questions of a stored decision as (code, words), each once; measurements are no questions."""
    known = questions()
    asked = [entry["question"] for entry in plan.decision.result["ask_first"]]
    return list({code: known[code] for code in asked if code in known}.items())


def answered(plan):
    """Return what the draft knew as (code, words) and {code: answer}: a back may begin to hurt later."""
    said = plan.decision.inputs["answers"]
    known = [(code, words) for code, words in questions().items() if said.get(code) in (Answer.PRESENT, Answer.ABSENT)]
    return known, {code: said[code] for code, _ in known}


def to_record(plan):
    """Return in words what must be recorded elsewhere before more exercises open."""
    asked = dict.fromkeys(entry["question"] for entry in plan.decision.result["ask_first"])
    return [question_words(code) for code in asked if code not in questions()]


def plan_frame(case, person, at, *, draft_form=None, checklist=None, refused=None):
    """Return the template and the context of the plan page, by where the case stands."""
    signing = signing_gate(case, at)
    case.unanswered_items = signing.unanswered  # the banner of this page need not ask again
    may_load = all(reason.code in ONLY_SIGNING for reason in signing.reasons)
    if not may_load:
        return SimpleNamespace(template="rehab/gate_shut.html", context=shut(case, signing))
    draft, in_force = open_plans(case)
    context = {
        "case": case,
        "in_force": in_force,
        "refused": refused,
        "may_sign": may_sign(person, case) and not case.closed_at,
    }
    context["draft_form"] = draft_form or DraftPlan(case=case, initial={"equipment": case.equipment})
    if draft is None:
        return SimpleNamespace(template="rehab/begin.html", context=context)
    asked, known = ask_first(draft), answered(draft)
    context |= shown(draft)
    context |= {
        "checklist": checklist or (Checklist(case=case, questions=asked) if asked else None),
        "answered": Checklist(case=case, questions=known[0], known=known[1]) if known[0] else None,
        "to_record": to_record(draft),
        "signing": signing,
        "limits": signing.limits,
        "sign_form": SignPlan(case=case, initial={"plan": draft.pk}),
        "version": case.version,
    }
    return SimpleNamespace(template="rehab/plan.html", context=context)


def catalogue_choices(case, at):
    """Return every exercise with today's verdict, the open ones first."""
    draft = Plan.objects.drafts().filter(case=case).select_related("decision", "case").get()
    rows = {row.code: row for row in Exercise.objects.filter(is_offered=True)}
    own = {wording.exercise_id: wording for wording in Wording.objects.filter(clinic=case.clinic_id)}
    chosen = set(draft.items.values_list("exercise_id", flat=True))
    known = rehab_knowledge().exercises
    facts = decided_facts(draft, at)
    verdicts = verdicts_of_exercises(case, facts)
    offers = [
        SimpleNamespace(
            row=rows[code],
            name=rows[code].spoken(own.get(code)),
            exercise=known[code],
            verdict=verdict,
            is_chosen=code in chosen,
            why=[in_words(reason.text) for reason in verdict.because],
            answered_no=[said(word.question) for word in known[code].contraindications if facts.lacks(word.code)],
        )
        for code, verdict in verdicts.items()
        if code in rows
    ]
    return {
        "open": [o for o in offers if o.verdict.status == "ok" and not o.is_chosen],
        "closed": [o for o in offers if o.verdict.status != "ok"],
    }


def todays_treatments(case, at):
    """Return (each treatment with today's verdict; the questions nobody answered yet).

    The allowed stand first, and among them what is not only kept as an option.
    """
    known, order = rehab_knowledge(), {"ok": 0, "reason_needed": 1, "forbidden": 2}
    facts = plan_facts(case, at.date(), case.equipment)
    rows = [
        treatment_row(known.treatments[code], judged) for code, judged in verdicts_of_treatments(case, facts).items()
    ]
    asked = sorted({code for column in known.columns.values() for code in column.need_answer})
    open_questions = [(code, question_words(code)) for code in asked if facts.answer(code) is Answer.NOT_ASSESSED]
    rows.sort(key=lambda row: (order.get(row.verdict, 3), not row.treatment.first_line))
    return rows, open_questions


def treatment_row(treatment, judged):
    """Return one treatment with its verdict: what is known to speak against it, and what nobody asked yet."""
    known = [because for because in judged.because if not because.code.startswith(UNASKED)]
    asked = [because for because in judged.because if because.code.startswith(UNASKED)]
    keys = ", ".join([*treatment.source, *(because.source for because in judged.because)]).split(", ")
    return SimpleNamespace(
        code=treatment.code,
        treatment=treatment,
        verdict=str(judged.verdict),
        because=[in_words(because.text) for because in known],
        asked=[said_again(because.text.removesuffix(COUNTS_AS_PRESENT)) for because in asked],
        sources=list(dict.fromkeys(key for key in keys if key)),
        is_convention=bool(treatment.mark),
    )


def grouped(rows):
    """Return the treatments under the words of their verdicts, the allowed first."""
    titles = {
        "ok": gettext("Allowed today"),
        "reason_needed": gettext("Allowed with your reason"),
        "forbidden": gettext("Forbidden today"),
    }
    groups = [(title, [row for row in rows if row.verdict == verdict]) for verdict, title in titles.items()]
    return [(title, group) for title, group in groups if group]


def given_treatments(case):
    """Return the newest fifty treatments of a case, each with its name."""
    known = rehab_knowledge().treatments
    records = list(case.treatments.select_related("given_by")[:50])
    for record in records:
        record.name = said(known[record.treatment].name) if record.treatment in known else record.treatment
    return records
