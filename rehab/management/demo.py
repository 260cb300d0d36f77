"""The demonstration: a clinic, its people, and each story of ``stories`` worked through the real actions."""

from datetime import datetime, time, timedelta
from uuid import NAMESPACE_URL, uuid5

from django.utils import timezone

from clinic import actions as clinic_actions
from clinic import alarms
from clinic.consents import answer_consent, consent_texts
from clinic.histories import change
from clinic.models import Clinic, Membership, Patient, Person
from clinic.terms import Answer
from rehab import actions as rehab_actions
from rehab.actions.offers import open_offers
from rehab.knowledge import rehab_knowledge
from rehab.management.stories import EQUIPMENT, NEIGHBOURS, STORIES
from rehab.models import Plan
from triage import actions as triage_actions
from triage.knowledge import triage_knowledge

PASSWORD = "calf-demo-2026"  # noqa: S105
CLINIC = "Demonstration Running Clinic"
STAFF = (
    ("clinician@demo.example", "Clara Example (clinician)", "clinician", False),
    ("assistant@demo.example", "Aki Example (assistant)", "assistant", False),
    ("lead@demo.example", "Lena Example (clinic lead)", "lead", True),
    ("admin@demo.example", "Adam Example (administrator)", "administrator", True),
)
NEIGHBOUR = "Demonstration Hill Clinic"
NEIGHBOURS_LEAD = ("hill@demo.example", "Hella Example (lead of another clinic)", "lead", True)
FIRST_VISIT, BETWEEN_VISITS = time(9), timedelta(minutes=20)
TODAY = timedelta(minutes=50)  # how long ago today's visits began


def seed(now):
    """Create what is not there yet of the demonstration; ``now`` is the moment the stories end at."""
    for name, seeded in ((CLINIC, _seed_the_clinic), (NEIGHBOUR, _seed_the_neighbour)):
        if not Clinic.objects.filter(name=name).exists():
            seeded(now)


def _seed_the_clinic(now):
    """Create the clinic, its people and every story."""
    clinic = _clinic(CLINIC)
    people = {staff[2]: _member(clinic, *staff) for staff in STAFF}
    for number, story in enumerate(STORIES):
        Walk(story, clinic, people["clinician"], moment(story, number, now), now).go()


def _seed_the_neighbour(now):
    """Create another clinic with one runner, whose record opens here by break-glass alone."""
    elsewhere = _clinic(NEIGHBOUR)
    Walk(NEIGHBOURS, elsewhere, _member(elsewhere, *NEIGHBOURS_LEAD), moment(NEIGHBOURS, 0, now), now).go()


def _clinic(name):
    told = {"phone": "+00 000 0000", "emergency_number": "112", "opening_hours": "Monday to Friday, 8 to 18"}
    return Clinic.objects.create(name=name, **told)


def _member(clinic, email, name, role, is_staff):
    person = Person.objects.create_user(email, PASSWORD, name=name, is_staff=is_staff, is_demonstration=True)
    Membership.objects.create(person=person, clinic=clinic, role=role)
    return person


def moment(story, number, now):
    """Return when a visit began: within the hour today, or in the opening hours of its day."""
    if not story.days_ago:
        return now - TODAY
    day = timezone.localdate(now) - timedelta(days=story.days_ago)
    return timezone.make_aware(datetime.combine(day, FIRST_VISIT)) + number * BETWEEN_VISITS


class Walk:
    """Takes one story along the path, as a clinician would."""

    def __init__(self, story, clinic, by, at, now):
        self.story, self.clinic, self.by, self.at, self.now = story, clinic, by, at, now

    def do(self, action, **kwargs):
        """Run one action on the case as it stands now, a minute after the last one."""
        self.at += timedelta(minutes=1)
        self.case.refresh_from_db()
        return action(**kwargs, version=self.case.version, by=self.by, at=self.at)

    def go(self):
        """Go as far as the story goes."""
        for step in self.story.path():
            getattr(self, step)()

    def registered(self):
        """Register the runner and open the case."""
        story = self.story
        patient = clinic_actions.register_patient(
            clinic_id=self.clinic.pk,
            fields={
                "given_name": story.given_name,
                "surname": story.surname,
                "birth_date": story.born,
                "sex": story.sex,
                "email": story.email,
            },
            by=self.by,
            at=self.at,
        )
        if story.email:
            name = f"{story.given_name} {story.surname} (runner)"
            runner = Person.objects.create_user(story.email, PASSWORD, name=name, is_demonstration=True)
            change(Patient.objects.filter(pk=patient.pk), person=runner)
            self.agrees(Patient.objects.get(pk=patient.pk))
        self.case = clinic_actions.open_case(patient=patient, side=story.side, by=self.by, at=self.at)

    def agrees(self, patient):
        """Let the runner agree to everything that is asked."""
        for text in consent_texts().values():
            told = {"kind": text.kind, "version": text.version, "agreed": True}
            answer_consent(patient=patient, **told, by=patient.person, at=self.at)

    def told(self):
        """Take the story."""
        absent = Answer.ABSENT
        case = {
            "side": self.story.side,
            "onset_on": timezone.localdate(self.at) - timedelta(days=self.story.onset_days),
            "story": self.story.words,
            "goals": "Run 10 km with friends again",
            "equipment": list(EQUIPMENT),
            "flat_feet": absent,
            "hypermobile": Answer.PRESENT,
            "core_training": Answer.PRESENT,
            "previous_strain": absent,
        }
        person = {"allergies": "none known", "anticoagulant": absent, "pregnant": absent}
        self.do(clinic_actions.save_intake, case=self.case, story=case, person_facts=person)

    def screen(self, present, unanswered=()):
        """Answer every question and sign with "no", except those that are present or stay unanswered."""
        kinds = ("question", "risk", "sign", "wells")
        codes = [code.code for code in triage_knowledge().codes if code.kind in kinds]
        left_out = {"w10", "age_over_60", "age_50_or_over", *unanswered}
        answers = {code: Answer.ABSENT for code in codes if code not in left_out}
        answers |= dict.fromkeys(present, Answer.PRESENT)
        self.do(triage_actions.answer_screening, case=self.case, answers=answers, shown_none=set(answers))

    def screened(self):
        """Answer the screening, record the outcome or the permission that the story has."""
        self.screen(self.story.present, self.story.unanswered)
        for item in self.case.red_flag_items.all():
            if self.story.outcome:
                self.do(triage_actions.close_item, case=self.case, item_id=item.pk, **self.story.outcome)
            elif self.story.may_load:
                self.do(
                    triage_actions.sign_off,
                    case=self.case,
                    item_id=item.pk,
                    kind="may_load",
                    reason="Seen with the vascular team; referral under way",
                    limits=self.story.may_load,
                )

    def examined(self):
        """Record what was found and measured; every other finding was looked for and is absent."""
        findings = {code: Answer.ABSENT for code in triage_knowledge().findings if not code.startswith("age_")}
        findings |= dict.fromkeys(self.story.found, Answer.PRESENT)
        measured = {(test, side): {"value": value, "unit": unit} for test, side, value, unit in self.story.measured}
        self.do(triage_actions.record_examination, case=self.case, findings=findings, measured=measured)

    def diagnosed(self):
        """Record the diagnosis."""
        self.do(
            triage_actions.record_diagnosis,
            case=self.case,
            cause=self.story.cause,
            override_reason=self.story.why or "Story and examination fit best",
        )

    def drafted(self):
        """Draft the plan, answer the short list, and draft again with the answers."""
        draft = self.do(rehab_actions.draft_plan, case=self.case, equipment=EQUIPMENT, blocked=())
        asked = [entry["question"] for entry in draft.decision.result["ask_first"]]
        if asked:
            self.do(
                rehab_actions.answer_checklist,
                case=self.case,
                answers=dict.fromkeys(asked, Answer.ABSENT),
                shown_none=set(asked),
            )

    def signed(self):
        """Sign the draft."""
        self.do(rehab_actions.sign_plan, plan=Plan.objects.drafts().get(case=self.case))

    def trained(self):
        """Live the days since: a morning, a session on some of them; the clinician taps, scores and tests again."""
        visit, runner = self.at, Patient.objects.get(pk=self.case.patient_id).person
        scores = dict(self.story.scores)
        self._scored(scores.get(0), runner)
        for number, (morning, pain) in enumerate(self.story.days, start=1):
            day = visit + timedelta(days=number)
            if day > self.now:
                break
            told = {"case": self.case, "by": runner, "at": day.replace(hour=6, minute=30)}
            rehab_actions.log_morning(day=timezone.localdate(day), pain=morning, stiffness_minutes=5, **told)
            self.at = max(self.at, told["at"])
            self._scored(scores.get(number), runner)
            self._taps()
            if pain is not None:
                self._session(day.replace(hour=7, minute=10), pain, runner)
        if self.story.retested:
            measured = {(test, side): {"value": value, "unit": unit} for test, side, value, unit in self.story.retested}
            self.at += timedelta(hours=1)
            self.do(triage_actions.record_examination, case=self.case, findings={}, measured=measured)
            rehab_actions.review(case=self.case, at=self.at)

    def _taps(self):
        """Take the steps that wait, one after the other: one may rule out the next; and do the first review."""
        review = self.case.tasks.open().filter(code="first_review").first() if self.story.taps else None
        if review:
            said = "Telephoned: less pain on stairs, the plan is done, nothing new. Goes on."
            alarms.finish_task(task=review, text=said, by=self.by, at=self.at)
        while self.story.taps and (offer := open_offers(self.case).select_related("item__exercise").first()):
            offer.case = self.case
            self.do(rehab_actions.take_step, offer=offer)

    def _session(self, at, pain, runner):
        """Log one session of the whole plan."""
        plan = Plan.objects.signed().get(case=self.case)
        told = rehab_actions.SessionTold(
            day=timezone.localdate(at), began=at, minutes=25, effort=5, pain_before=0, pain_during=pain, pain_after=0,
            gait_change=Answer.ABSENT, tingling=Answer.ABSENT,
            exercises=tuple(
                rehab_actions.ExerciseTold(item=item.pk, done="full", pain_during=pain, effort=5, form="good")
                for item in plan.items.all()
            ),
        )  # fmt: skip
        safety = dict.fromkeys((question.code for question in triage_knowledge().safety_set), Answer.ABSENT)
        key = uuid5(NAMESPACE_URL, f"{self.story.surname}/{told.day}")
        logged = at + timedelta(minutes=30)
        rehab_actions.log_session(case=self.case, key=key, safety=safety, told=told, by=runner, at=logged)
        self.at = max(self.at, logged)

    def _scored(self, parts, runner):
        """Score the runner's own activities, where the story does so that day."""
        if parts is not None:
            told = {"measure": "PSFS", "parts": parts, "day": timezone.localdate(self.at)}
            rehab_actions.record_score(case=self.case, **told, by=runner, at=self.at)

    def treated(self):
        """Ask what the treatments wait for, and record one that is allowed then."""
        columns = rehab_knowledge().columns.values()
        asked = {code for column in columns for code in column.need_answer}
        self.do(
            rehab_actions.answer_checklist,
            case=self.case,
            answers=dict.fromkeys(asked, Answer.ABSENT),
            shown_none=asked,
        )
        self.do(
            rehab_actions.record_treatment,
            case=self.case,
            treatment="BAND_ANKLE",
            given_at=self.at,
            site="left ankle",
            indication="stiff ankle before the heel raises",
            reason="",
            response="comfortable, moves a little further",
        )

    def stopped(self):
        """Ask again at a later visit: the calf has swollen, and the signed plan rests."""
        self.at = self.now - TODAY
        self.screen(("leg_swelling", "leg_hot"))

    def closed(self):
        """Close the case."""
        self.do(rehab_actions.close_case, case=self.case, outcome="running", because="Recovered")
