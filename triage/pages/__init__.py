"""What the triage pages show, gathered with few queries, and how an action becomes an answer."""

from dataclasses import replace

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404

from clinic.access import may_sign
from clinic.terms import Answer
from triage import words
from triage.actions import NotAllowed, Refused
from triage.decision import triage_decision
from triage.facts import (
    BLOOD_THINNER,
    case_facts,
    current_screening,
    known_of_record,
    newest_findings,
    stored_answers,
)
from triage.forms import CloseItem, SignItem, kinds_for
from triage.forms import examination as examining
from triage.gate import loading_gate
from triage.knowledge import triage_knowledge
from triage.models import Decision, RedFlagItem, SignOff
from triage.rules.findings import core_ratios, hints_of, judge


def signing(request, case):
    """Refuse, with 403, somebody who may see the case but not sign in it."""
    if not may_sign(request.user, case):
        raise PermissionDenied


def attempt(form, act):
    """Run one action for a posted form; return whether it was done.  What refused it stands in the form.

    A stale version or the wrong runner raises StaleRecord, which clinic answers with 409.
    """
    if not form.is_valid():
        return False
    try:
        act(form.cleaned_data)
    except NotAllowed as refused:
        raise PermissionDenied(*refused.sentences) from refused
    except Refused as refused:
        for sentence in refused.sentences:
            form.add_error(None, sentence)
        return False
    return True


def stored(case):
    """Return the answers of the unfinished screening; a finished one is history and nothing is copied."""
    screening = current_screening(case)
    if screening is None or not screening.is_open:
        return story_answers(case, {}), None
    return story_answers(case, stored_answers(screening)), screening


def story_answers(case, answers):
    """Return the answers with what the story already asked: one fact has one answer, shown as chosen."""
    record = Answer(case.patient.anticoagulant)
    return answers if record is Answer.NOT_ASSESSED else {**answers, BLOOD_THINNER: record}


def finished(case):
    """Return the newest screening if it is complete: the page then begins a new one."""
    screening = current_screening(case)
    return screening if screening is not None and not screening.is_open else None


def decide(facts):
    """Return what the rules say of these facts today."""
    return triage_decision(facts, triage_knowledge())


def typed_facts(case, today, answers, w10_reason=""):
    """Return the facts as they would be with what is being typed; nothing is saved."""
    answers = dict(answers)
    w10 = answers.pop("w10", Answer.NOT_ASSESSED)
    if w10 is Answer.PRESENT and not w10_reason.strip():
        w10 = Answer.NOT_ASSESSED  # without its reason it does not count
    facts = replace(case_facts(case, today, answers=answers), w10=w10, w10_reason=w10_reason)
    screening = current_screening(case)
    if screening is None or not screening.is_open:
        # The outcomes of a finished screening say nothing about what a new one finds.
        facts = replace(facts, outcomes=(), sign_offs=())
    return facts


def must_be_kept_now(case, decision):
    """Return whether a stopping row fired that this screening has not opened yet."""
    screening = current_screening(case)
    known = set()
    if screening is not None and screening.is_open:
        known = set(screening.items.values_list("row", "level"))
    found = {(item.row, item.level.value) for item in decision.items if item.level.is_stopping and not item.closed}
    return bool(found - known)


def panel(case, decision, facts, today):
    """Return what the level panel shows."""
    standing = standing_items(case, decision)
    asked = [code for code in words.screening_codes() if code not in known_of_record(case, today, facts.answers)]
    level = min([decision.level.value, *(item.level for item in standing)], key="EDUR".index)
    held = words.is_held(decision)
    is_earlier = level != decision.level.value or (held and any(item.level == level for item in standing))
    return {
        "case": case,
        "decision": decision,
        "level": level,
        "is_earlier": is_earlier,
        "standing": list(dict.fromkeys(words.row_title(item.row) for item in standing)),
        "advice": triage_knowledge().red_flags.levels[level] if is_earlier else words.advice(decision),
        "hold": held and not is_earlier,
        "rows": words.actions_of(decision),
        "missing": words.missing_links(decision.missing),
        "pathway": words.pathway(decision),
        "answered": sum(facts.answer(code) is not Answer.NOT_ASSESSED for code in asked),
        "asked": len(asked),
    }


def standing_items(case, decision):
    """Return the open items that today's answers no longer show: a later calm screening closes none of them."""
    shown = {(item.row, item.level.value) for item in decision.items if not item.closed}
    return [item for item in case_items(case) if not item.is_done and (item.row, item.level) not in shown]


def decision_context(case, today):
    """Return what the decision page shows: the level of the case as it stands, with its whole working."""
    facts = case_facts(case, today)
    decision = decide(facts)
    facts = replace(facts, answers=decision.answers)  # what follows from age and measurements is shown too
    newest = Decision.objects.filter(case=case, kind="triage").select_related("by").first()
    return {
        **panel(case, decision, facts, today),
        "screening": current_screening(case),
        "newest": newest,
        "wells": words.wells_rows(facts),
        "w10_reason": facts.w10_reason,
        "forbidden": [words.words_of(word) for word in decision.forbidden],
        "scores": triage_knowledge().scores,
        "facts": facts,
    }


def case_items(case):
    """Return every item of the case with its signatures, the open ones first."""
    rows = RedFlagItem.objects.filter(case=case).select_related("opened_by", "closed_by", "screening")
    items = list(rows.prefetch_related("sign_offs__by"))
    flags = {flag.code: flag for flag in triage_knowledge().red_flags.flags}
    for item in items:
        item.flag = flags.get(item.row)
        item.is_done = item.is_answered(list(item.sign_offs.all()))
    order = {"E": 0, "D": 1, "U": 2}
    return sorted(items, key=lambda item: (item.is_done, order[item.level], item.opened_at))


def items_context(case, person, bound=None):
    """Return what the items page shows; ``bound`` is a (item id, form name, form) that was refused."""
    items = case_items(case)
    signs = may_sign(person, case) and not case.closed_at
    for item in items:
        final = item.outcome in ("excluded", "confirmed")
        item.close_form = CloseItem(case=case, item=item) if signs and not final else None
        item.sign_form = SignItem(case=case, item=item) if signs and kinds_for(item) else None
        if bound and bound[0] == item.pk:
            setattr(item, bound[1], bound[2])
    causes = SignOff.objects.filter(case=case).exclude(cause="").select_related("by")
    return {
        "case": case,
        "items": items,
        "open_count": sum(not item.is_done for item in items),
        "released_causes": list(causes),
        "gate": loading_gate(case),
        "may_sign": signs,
    }


def find_item(case, item_id):
    """Return one item of the case, or 404."""
    return get_object_or_404(RedFlagItem.objects.filter(case=case), pk=item_id)


def previous_findings(case):
    """Return the newest finding of each (code, side), to stand beside new ones; asked with the day it was found."""
    return {(finding.code, finding.side): finding for finding in newest_findings(case)}


def _stopping_rows(case, decision):
    """Return the rows that stop the case, by today's answers or still open from before; each once."""
    today = [item.row for item in decision.items if not item.closed and item.level.is_stopping]
    before = [item.row for item in standing_items(case, decision) if item.level in ("E", "D")]
    return list(dict.fromkeys([*today, *before]))


def examination_context(case, form, today):
    """Return what the examination page shows."""
    previous = previous_findings(case)
    facts = case_facts(case, today)
    if form.is_bound:
        facts = examining.typed(facts, form)
    decision = decide(facts)
    return {
        "case": case,
        "form": form,
        "regions": examining.regions(form, previous),
        "zones": examining.zones(form, previous),
        "groups": examining.groups(form, previous),
        "grade": decision.strain_grade,
        "decision": decision,
        "hold": words.is_held(decision),
        "ratios": core_ratios(facts, triage_knowledge().ratios),
        "special": triage_knowledge().special_tests.values(),
        "hints": hints_of(facts, triage_knowledge().tests, triage_knowledge().hints),
        "dangers": [words.row_title(row) for row in _stopping_rows(case, decision)],
    }


def typed_verdicts(form, facts):
    """Return (place, verdict, grade, words) for every place a value can be typed; empty where none is."""
    typed = form.measured()
    judged = {(one.test, one.side.value): one for one in judge(facts, triage_knowledge().tests)}
    verdicts = []
    for test, side in examining.sided_tests():
        if test.region == examining.PALPATION:
            continue
        found = judged.get((test.code, side)) if (test.code, side) in typed else None
        key = f"{test.code}_{side}"
        errors = [*form.errors.get(f"v_{key}", []), *form.errors.get(f"p_{key}", [])]
        verdicts.append({"key": key, "found": found, "errors": errors})
    return verdicts
