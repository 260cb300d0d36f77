"""The clinician of the simulation: sees what is due, screens truthfully, starts the run, closes cases.

Who was stopped is seen on the same day and gets an answer on the next, when the hospital has written.
"""

from datetime import timedelta

from django.utils.timezone import localdate

from clinic.alarms import finish_task, see_task
from clinic.models import Case, Task
from clinic.terms import Answer
from rehab import actions as rehab_actions
from rehab.models import RunStage
from triage import actions as triage_actions
from triage.gate import loading_gate
from triage.knowledge import triage_knowledge
from triage.models import RedFlagItem, Screening

SCORED = (0, 13, 28, 56)
REASSESSED = (14, 28, 42, 56)
STRONG = (
    *(("WBLT_CM", side, 12, "cm") for side in ("left", "right")),
    *(("GS_RAISES", side, 27, "reps") for side in ("left", "right")),
    *(("SS_RAISES", side, 26, "reps") for side in ("left", "right")),
)
# What a scan, a hospital or a second look shows, by what the runner really has.
CLOT_FOUND = {
    "outcome": "confirmed",
    "scan": "positive",
    "d_dimer": "positive",
    "text": "Hospital: a clot; treated there",
}
CALM_AGAIN = {"outcome": "excluded", "scan": "negative", "d_dimer": "negative", "text": "Looked for and not found"}
CONFIRMED = {"outcome": "confirmed", "text": "Confirmed in hospital; treated there"}


class Clinician:
    """Works through one runner's open tasks at the end of a day, until none is left of a runner whose plan runs."""

    def __init__(self, person):
        self.person = person

    def act(self, runner, day):
        """Do what is due for one runner; return their case as it then stands."""
        self.at, self.case = runner.moment(day, 12), Case.objects.select_related("clinic").get(pk=runner.case.pk)
        if self.case.closed_at:
            return self.case
        if loading_gate(self.case).open:
            self._accompany(runner, day)
        elif Task.objects.open().filter(case=self.case, seen_at__isnull=True).exists():
            self._see()
        else:
            self._look_again(runner, day)
        self.case.refresh_from_db()
        if self.case.closed_at or loading_gate(self.case).open:
            self._finish()
        self.case.refresh_from_db()
        return self.case

    def _see(self):
        for task in Task.objects.open().filter(case=self.case):
            see_task(task=task, by=self.person, at=self.at)

    def _finish(self):
        for task in Task.objects.open().filter(case=self.case):
            finish_task(task=task, text="Seen, spoken with the runner", by=self.person, at=self.at)

    def _accompany(self, runner, day):
        """Score, measure and go on with a runner whose plan runs."""
        if day in SCORED:
            pain = runner.body.usual_pain(day)
            self._do(rehab_actions.record_score, measure="NPRS", parts={"worst": pain}, day=localdate(self.at))
        if day in REASSESSED:
            self._measure(runner, day)
        self._go_on(day)

    def _do(self, action, **kwargs):
        self.at += timedelta(minutes=1)
        self.case.refresh_from_db()
        return action(case=self.case, version=self.case.version, by=self.person, at=self.at, **kwargs)

    def _screening_open(self):
        return Screening.objects.filter(case=self.case, completed_at__isnull=True, voided_at__isnull=True).exists()

    def _stopping_items(self):
        return list(RedFlagItem.objects.filter(case=self.case, outcome=""))

    def _look_again(self, runner, day):
        """Screen as the runner truly is and close what it opened; who is ill is referred, and the case closed."""
        ill = runner.body.is_in_danger(day)
        if self._screening_open():
            facts = _facts(runner.body.profile.signs) if ill else ()
            self._screen(facts)
        if any(item.row == "RF-NOIMP" for item in self._stopping_items()):
            self._do(rehab_actions.close_case, outcome="referred", because="No gain: referred to find the cause")
            return
        for item in self._stopping_items():
            outcome = CALM_AGAIN if not ill else CLOT_FOUND if item.row == "RF-DVT" else CONFIRMED
            told = {key: value for key, value in outcome.items() if item.row == "RF-DVT" or key in ("outcome", "text")}
            self._do(triage_actions.close_item, item_id=item.pk, **told)
        if ill:
            self._do(rehab_actions.close_case, outcome="referred", because="Referred: treated in hospital")

    def _screen(self, facts):
        kinds = ("question", "risk", "sign", "wells")
        codes = [code.code for code in triage_knowledge().codes if code.kind in kinds]
        answers = {code: Answer.ABSENT for code in codes if code not in ("w10", "age_over_60", "age_50_or_over")}
        answers |= dict.fromkeys(facts, Answer.PRESENT)
        self._do(triage_actions.answer_screening, answers=answers, shown_none=set(answers))

    def _measure(self, runner, day):
        """Measure again: who heals has both calves strong by now."""
        heals = runner.body.profile.heals
        if heals:
            measured = {(test, side): {"value": value, "unit": unit} for test, side, value, unit in STRONG}
            self._do(triage_actions.record_examination, findings={}, measured=measured)
            self._do(
                rehab_actions.record_readiness,
                hops=15,
                hop_pain=0,
                hop_after_effect=Answer.ABSENT,
                hop_tingling=Answer.ABSENT,
            )

    def _go_on(self, day):
        """Start the ladder when every criterion is met; close the case of who has run the last stage."""
        stage = RunStage.objects.filter(case=self.case).order_by("-stepped_at", "-id").first()
        if stage is not None and stage.passed:
            because = "Runs half an hour without pain: discharged"
            self._do(rehab_actions.close_case, outcome="running", because=because)
        elif stage is None and day >= REASSESSED[0] and day % 2:
            self._try_to_start()

    def _try_to_start(self):
        try:
            self._do(rehab_actions.start_running)
        except rehab_actions.Refused:
            self.case.refresh_from_db()


def _facts(signs):
    """Return what the screening records of these safety questions."""
    questions = [question for question in triage_knowledge().safety_set if question.code in signs]
    return [fact for question in questions for fact in question.facts]
