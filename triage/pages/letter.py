"""The letter to the hospital: what is feared, which answers say so, and only the findings that matter there."""

from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clinic.language import said
from clinic.phrases import said_again
from clinic.terms import Answer, Measurement, Side
from triage import words
from triage.actions.deciding import facts_of_row
from triage.facts import current_screening, newest_findings
from triage.models import Decision
from triage.pages import case_items, decision_context

URGENCY = {
    "E": _("Emergency: please see at once"),
    "D": _("Please assess today"),
    "U": _("Please assess within two weeks"),
}
SEXES = {"female": _("female"), "male": _("male"), "other": _("other")}
LEGS = {
    "left": _("Calf pain, left"),
    "right": _("Calf pain, right"),
    "both": _("Calf pain, both sides"),
}
THINNER = {Answer.PRESENT: _("yes"), Answer.ABSENT: _("no"), Answer.NOT_ASSESSED: _("not asked")}


def letter_context(case, person, at):
    """Return what the letter says in the language spoken now: situation, background, findings, Wells, request."""
    context = decision_context(case, at.date())
    facts = context["facts"]
    concerns = _concerns(case, facts)
    rows = {item.row for item in concerns}
    risks, opening = words.codes_of_lists("risk"), {line["code"] for item in concerns for line in item.opening}
    present = [code for code in facts.answers if facts.has(code) and _matters(code, rows, context["level"])]
    absent = [code for code in facts.answers if code in words.codes_of_rows(rows) - opening and facts.lacks(code)]
    return {
        **context,
        "patient": case.patient,
        "clinic": case.patient.clinic,
        "about": _about(case.patient, at.date()),
        "situation": _situation(case),
        "author": person,
        "at": at,
        "concerns": concerns,
        "risks": [words.words_of(code) for code in present if code in risks],
        "present": [words.words_of(code) for code in present if code not in risks],
        "absent": [words.words_of(code) for code in absent],
        "measured": [words.measured_words(one) for one in facts.measurements if _is_sent(one.test, context["level"])],
        "heading": gettext("Referral letter") if context["level"] == "U" else gettext("Letter to the hospital"),
        "urgency": str(URGENCY.get(context["level"], _("For your assessment"))),
        "request_text": " ".join(dict.fromkeys(said(item.flag.action) for item in concerns if item.flag))
        or gettext("Please assess."),
        "asked_back": gettext(
            "Please tell us the outcome (excluded, confirmed or inconclusive), with the results of ultrasound and "
            "D-dimer, and whether and within which limits the leg may be loaded. Until then we give no exercise, "
            "massage, stretching or compression."
        ),
    }


def _about(patient, today):
    """Return who the patient is, as (name, value); what is not known is said, what is optional left out."""
    born = gettext("%(day)s (%(age)s years)")
    told = (
        (_("Patient"), f"{patient.surname}, {patient.given_name}, {SEXES[patient.sex]}"),
        (_("Born"), born % {"day": date_format(patient.birth_date, "DATE_FORMAT"), "age": patient.age_on(today)}),
        (_("Phone"), patient.phone),
        (_("Allergies"), patient.allergies or gettext("not asked")),
        (_("Blood thinner"), str(THINNER[patient.anticoagulant])),
        (_("Medicines"), patient.medicines),
    )
    return [(str(name), value) for name, value in told if value]


def _situation(case):
    """Return where it hurts and since when."""
    leg = str(LEGS[case.side])
    if case.onset_on is None:
        return f"{leg}."
    since = gettext("%(leg)s, since %(day)s.")
    return since % {"leg": leg, "day": date_format(case.onset_on, "DATE_FORMAT")}


def _matters(code, rows, level):
    """Return whether a fact belongs in the letter: of an emergency or a same-day one only what the screening asks."""
    if level not in ("E", "D"):
        return True
    return code in words.screening_codes() or any(code in facts_of_row(row) for row in rows)


def _is_sent(test, level):
    return level not in ("E", "D") or test in words.danger_tests()


def _concerns(case, facts):
    """Return the open items, each with the answers that opened it and what was answered again since."""
    items = case_items(case)
    concerns = [item for item in items if not item.is_done]
    decisions = _stored_decisions(case, concerns)
    again = _answered_no(case) if concerns else {}
    for item in concerns:
        item.title = said(item.flag.title) if item.flag else item.row
        item.said = said_again(item.text)
        fired = list(_fired(item, items, decisions))
        item.opening = [
            {
                "code": code,
                "words": words.words_of(code),
                "on": on,
                "again": again.get(code) if facts.lacks(code) else None,
            }
            for code, on in _present_answers(item.row, fired).items()
        ]
        # No answer: something measured opened it.
        item.measured = [] if item.opening else _measured(fired)
    return concerns


def _stored_decisions(case, concerns):
    """Return (at, inputs, result) of the decisions since the first of these items was opened."""
    if not concerns:
        return []
    since = min(item.opened_at for item in concerns)
    rows = Decision.objects.filter(case=case, kind="triage", at__gte=since).order_by("at", "id")
    return list(rows.values_list("at", "inputs", "result"))


def _fired(item, items, decisions):
    """Yield the stored decisions in which this item stood, until its row opened another one."""
    later = [one.opened_at for one in items if one.row == item.row and one.opened_at > item.opened_at]
    until = min(later, default=None)
    for at, inputs, result in decisions:
        is_its = item.opened_at <= at and (until is None or at < until)
        if is_its and any((f["row"], f["level"]) == (item.row, item.level) for f in result.get("items", ())):
            yield at, inputs


def _present_answers(row, fired):
    """Return every fact of the row that was answered yes, with the time it first was."""
    looked_at, found = facts_of_row(row), {}
    for at, inputs in fired:
        for code, answer in inputs["answers"].items():
            if answer == Answer.PRESENT and code in looked_at:
                found.setdefault(code, at)
    return found


def _measured(fired):
    """Return in words what was measured, of what a hospital acts on, when the item was opened."""
    inputs = fired[0][1] if fired else {"measurements": ()}
    values = [Measurement(**{**one, "side": Side(one["side"])}) for one in inputs["measurements"]]
    return [words.measured_words(one) for one in values if one.test in words.danger_tests()]


def _answered_no(case):
    """Return when each code was last answered no: in the screening that counts, else in an examination."""
    found = {f.code: f.examination.at for f in newest_findings(case) if f.answer == Answer.ABSENT}
    screening = current_screening(case)
    if screening:
        found |= dict(screening.answers.filter(value=Answer.ABSENT).values_list("code", "answered_at"))
    return found
