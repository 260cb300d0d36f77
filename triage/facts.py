"""Rows in, plain values out: everything known of a case, for the rules."""

from dataclasses import asdict

from django.db.models import Exists, F, OuterRef

from clinic.terms import (
    Answer,
    CaseFacts,
    Measurement,
    Outcome,
    OutcomeType,
    PatientFacts,
    Settings,
    Side,
    SignOffFact,
    SignOffKind,
    TestResult,
)
from triage.knowledge import triage_knowledge
from triage.models import Diagnosis, Finding, RedFlagItem, Screening, SignOff
from triage.rules.derived import known_of_person

STRAINED_BEFORE = "previous_calf_strain"
BLOOD_THINNER = "anticoagulant"
NO_GAIN = "RF-NOIMP"
DAYS_AFTER_BIRTH = 365  # an older birth says nothing to any rule


def case_facts(case, today, answers=None):
    """Return what the decision path may look at: the current screening, all findings, outcomes, signatures.

    ``answers`` replaces the stored answers of the screening while it is being filled in.  A fact that is
    PRESENT anywhere is present; the newest examination counts for each code and side.
    """
    screening = current_screening(case)
    said = dict(answers) if answers is not None else stored_answers(screening)
    w10 = said.pop("w10", Answer.NOT_ASSESSED)
    said |= blood_thinner(case.patient, said, is_typed=answers is not None)
    findings = newest_findings(case)
    if case.previous_strain != Answer.NOT_ASSESSED:
        said[STRAINED_BEFORE] = Answer(case.previous_strain)  # the story asks it
    facts = without_known(case, merged(said, findings), today)
    items = list(RedFlagItem.objects.filter(case=case, screening=screening)) if screening else []
    diagnosis = case.diagnoses.order_by("-at", "-id").first()
    return CaseFacts(
        patient=patient_facts(case, facts, today),
        answers=facts,
        w10=w10,
        w10_reason=screening.w10_reason if screening else "",
        measurements=measurements(findings),
        diagnosis=diagnosis.cause if diagnosis else None,
        equipment=frozenset(case.equipment),
        outcomes=tuple(_outcomes(items)),
        sign_offs=tuple(_sign_offs(case, items, diagnosis)),
        settings=Settings(case.clinic.dvt_seed_strict, case.clinic.core_fail_mode),
    )


def blood_thinner(patient, said, *, is_typed=False):
    """Return the one answer about a blood thinner: the person's record holds the newest that was saved.

    What is being typed is newer still.  Silence of a screening hides no yes of the record, and a no of the
    record answers no screening that was not asked.
    """
    record, answer = Answer(patient.anticoagulant), said.get(BLOOD_THINNER, Answer.NOT_ASSESSED)
    if record is Answer.NOT_ASSESSED or (is_typed and answer is not Answer.NOT_ASSESSED):
        return {}
    if record is Answer.PRESENT or answer is not Answer.NOT_ASSESSED:
        return {BLOOD_THINNER: record}
    return {}


def known_of_record(case, today, said):
    """Return the facts that age and sex answer, so that nobody is asked; a yes that contradicts them stays asked."""
    known = known_of_person(patient_facts(case, said, today), triage_knowledge().clot.limits)
    return {code: answer for code, answer in known.items() if said.get(code) in (None, Answer.NOT_ASSESSED, answer)}


def without_known(case, said, today):
    """Return the answers without a silence about what the record knows: it is not asked, so it is not missing."""
    known = known_of_record(case, today, said)
    return {code: answer for code, answer in said.items() if answer is not Answer.NOT_ASSESSED or code not in known}


def current_screening(case):
    """Return the screening that speaks for the case: the unfinished one, else the newest complete one."""
    rows = Screening.objects.filter(case=case, voided_at__isnull=True)
    return rows.order_by(F("completed_at").desc(nulls_first=True), "-started_at", "-id").first()


def stored_answers(screening):
    """Return the answers of a screening by code."""
    if screening is None:
        return {}
    return {row.code: Answer(row.value) for row in screening.answers.all()}


def newest_findings(case):
    """Return the newest finding of each code and side."""
    newest = {}
    rows = (
        Finding.objects.filter(examination__case=case)
        .select_related("examination")
        .order_by("examination__at", "examination_id", "id")
    )
    for finding in rows:
        newest[finding.code, finding.side] = finding
    return list(newest.values())


def merged(said, findings):
    """Return one answer per code: PRESENT on any side or in any place wins, silence never hides an answer."""
    facts = dict(said)
    for finding in findings:
        if not finding.answer:
            continue
        answer, known = Answer(finding.answer), facts.get(finding.code)
        if answer is Answer.PRESENT or known in (None, Answer.NOT_ASSESSED):
            facts[finding.code] = answer
    return facts


def measurements(findings):
    """Return the measured values as the rules read them."""
    return tuple(
        Measurement(f.code, Side(f.side), f.value, f.unit, f.method or None, f.pain_nprs)
        for f in findings
        if not f.answer
    )


def patient_facts(case, facts, today):
    """Return the person as plain values on a day; the newest statement about pregnancy counts."""
    patient = case.patient
    since_birth = (today - patient.birth_given_on).days if patient.birth_given_on else None
    return PatientFacts(
        age_years=patient.age_on(today),
        sex=patient.sex,
        pregnant=facts.get("pregnant", Answer(patient.pregnant)),
        postpartum_days=since_birth if since_birth is not None and since_birth <= DAYS_AFTER_BIRTH else None,
        gestation_weeks=patient.gestation_weeks,
        side=Side(case.side),
        onset_days=(today - case.onset_on).days if case.onset_on else None,
    )


def _outcomes(items):
    """Yield the outcomes that count: none of a row that was opened again since and waits for a new one."""
    waiting = {(item.row, item.level) for item in items if not item.outcome}
    return (_outcome(item) for item in items if item.outcome and (item.row, item.level) not in waiting)


def _outcome(item):
    def result(value):
        return TestResult(value) if value else None

    return Outcome(
        item=item.row,
        outcome=OutcomeType(item.outcome),
        scan=result(item.scan),
        repeat_scan=result(item.repeat_scan),
        d_dimer=result(item.d_dimer),
        discharged=item.discharged,
    )


def _sign_offs(case, items, diagnosis):
    rows = {item.pk: item.row for item in items}
    confirmed = {item.pk: item.closed_at for item in items if item.outcome == OutcomeType.CONFIRMED}
    for row in SignOff.objects.filter(case=case).select_related("by"):
        if row.kind == SignOffKind.RELEASED and row.at < confirmed.get(row.item_id, row.at):
            continue  # signed before the condition was confirmed: it releases nothing
        if diagnosis and row.cause == diagnosis.cause and row.at < diagnosis.at:
            continue  # of an earlier episode: the diagnosis was recorded again since
        answers = row.cause or rows.get(row.item_id)
        if answers:
            yield SignOffFact(
                answers,
                SignOffKind(row.kind),
                row.by.name,
                row.at.date().isoformat(),
                row.reason,
                row.limits,
            )


def facts_json(facts):
    """Return the facts as plain JSON values in a fixed order, so that a decision can be repeated."""
    return {
        "patient": asdict(facts.patient),
        "answers": dict(sorted(facts.answers.items())),
        "w10": facts.w10,
        "w10_reason": facts.w10_reason,
        "measurements": [asdict(measurement) for measurement in facts.measurements],
        "failed": list(facts.failed),
        "diagnosis": facts.diagnosis,
        "equipment": sorted(facts.equipment),
        "blocked": sorted(facts.blocked),
        "outcomes": [asdict(outcome) for outcome in facts.outcomes],
        "sign_offs": [asdict(sign_off) for sign_off in facts.sign_offs],
        "settings": asdict(facts.settings),
    }


def _without_gain():
    return RedFlagItem.objects.filter(row=NO_GAIN).exclude(outcome="excluded")


def standing_diagnoses():
    """Return the diagnoses that care without a gain has not opened again since (S2.29); never stored."""
    later = _without_gain().filter(case=OuterRef("case"), opened_at__gt=OuterRef("at"))
    return Diagnosis.objects.exclude(Exists(later))


def reopened_by(case, newest):
    """Return the item that opened the newest diagnosis of a case again; None while it stands.  One query."""
    if newest is None:
        return None
    return _without_gain().filter(case=case, opened_at__gt=newest.at).order_by("opened_at").last()
