"""Invented runners for the demonstration, each worked through the product's real actions.

Every name is plainly invented.  A runner stands at each step of the path, at each triage level, and for
each of the three seed conditions (soleus strain, posterior compartment syndrome, deep vein thrombosis).
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

from clinic import actions as clinic_actions
from clinic.models import Clinic, Membership, Patient, Person
from clinic.terms import Answer
from rehab import actions as rehab_actions
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
STEPS = ("registered", "told", "screened", "examined", "diagnosed", "drafted", "signed", "closed")
EQUIPMENT = ("band", "barbell", "step", "ball")
SOLEUS = ("resisted_pf_bent_pain", "deep_ache_mid_low_calf", "gradual_tightening", "dull_ache", "pain_downstairs")
COMPARTMENT = ("pressure_fullness", "lingers_5_min")
RUNNING_PRESSURE = ("cecs_same_time", "cecs_eases", "cecs_tingling", "cecs_both_sides")


@dataclass(frozen=True)
class Story:
    """One invented runner: how far along the path, what was answered, found and measured."""

    given_name: str
    surname: str
    words: str
    until: str
    sex: str = "female"
    born: date = date(1990, 4, 12)
    side: str = "left"
    present: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()
    outcome: dict = field(default_factory=dict)
    may_load: str = ""
    found: tuple[str, ...] = ()
    measured: tuple[tuple[str, str, float, str], ...] = ()
    cause: str = ""
    why: str = ""
    email: str = ""

    def reaches(self, step):
        """Return whether the story goes at least as far as a step."""
        return STEPS.index(self.until) >= STEPS.index(step)


FAILED_ROTATION = ("CR_BRIDGE", "left", 24, "s")
FAILED_EXTENSION = ("CE_SORENSEN", "none", 80, "s")
FAILED_FLEXION = ("CF_HOLD", "none", 41, "s")
GOOD_CORE = (("CF_HOLD", "none", 160, "s"), ("CL_BRIDGE", "left", 101, "s"), ("CL_BRIDGE", "right", 99, "s"))

STORIES = (
    Story("Nora", "Example", "", "registered"),
    Story("Milo", "Sample", "Tight calf on the last three long runs.", "told", sex="male"),
    Story("Hana", "Pending", "Sore calf, several questions still open.", "screened", unanswered=("leg_hot", "w7")),
    Story(
        "Emil",
        "Urgent",
        "Calf pain and out of breath since this morning.",
        "screened",
        sex="male",
        present=("pe_breathless", "leg_swelling"),
    ),
    Story(
        "Dora",
        "Clotsign",
        "Swollen warm calf five days after a long flight.",
        "screened",
        present=("leg_swelling", "leg_hot", "travel_4h"),
    ),
    Story(
        "Uma",
        "Pressure",
        "Pressure in both calves after twelve minutes of every run.",
        "screened",
        side="both",
        present=RUNNING_PRESSURE,
    ),
    Story("Rui", "Routine", "Dull ache mid calf after hill work.", "screened", sex="male"),
    Story(
        "Ines",
        "Examined",
        "Dull ache mid calf, worse downstairs.",
        "examined",
        found=SOLEUS,
        measured=(FAILED_EXTENSION, *GOOD_CORE),
    ),
    Story(
        "Otto",
        "Named",
        "Ache low in the calf, had to walk home.",
        "diagnosed",
        sex="male",
        found=SOLEUS,
        cause="SOLEUS",
        measured=(("CE_SORENSEN", "none", 81, "s"), *GOOD_CORE),
    ),
    Story(
        "Lia",
        "Drafted",
        "Calf tightens after 4 km.",
        "drafted",
        found=SOLEUS,
        cause="SOLEUS",
        measured=(("CR_BRIDGE", "right", 25, "s"), ("CE_SORENSEN", "none", 100, "s")),
    ),
    Story(
        "Bea",
        "Birddog",
        "Dull ache mid calf for three weeks, worse going down stairs.",
        "signed",
        found=SOLEUS,
        cause="SOLEUS",
        email="runner@demo.example",
        measured=(FAILED_ROTATION, FAILED_EXTENSION),
    ),
    Story(
        "Dan",
        "Deadbug",
        "Deep cramp in the lower leg, had to stop and limp.",
        "signed",
        sex="male",
        found=SOLEUS,
        cause="SOLEUS",
        email="runner2@demo.example",
        measured=(FAILED_FLEXION, ("CR_BRIDGE", "right", 22, "s")),
    ),
    Story(
        "Pia",
        "Compartment",
        "Pressure and tingling after the same time in every run.",
        "signed",
        side="both",
        present=RUNNING_PRESSURE,
        may_load="Core and hip only; stop at the first pressure or tingling.",
        found=COMPARTMENT,
        cause="PCS",
        email="runner3@demo.example",
    ),
    Story(
        "Vera",
        "Cleared",
        "Swelling after a step off the kerb; clot excluded in hospital.",
        "drafted",
        present=("leg_swelling", "leg_hot"),
        outcome={
            "outcome": "excluded",
            "scan": "negative",
            "d_dimer": "negative",
            "text": "Hospital letter: scan and D-dimer negative.",
        },
        found=SOLEUS,
        cause="SOLEUS",
        measured=(FAILED_EXTENSION, *GOOD_CORE),
        why="Clot excluded; the muscle tests point to the soleus.",
    ),
    Story("Carl", "Closed", "Calf sore after a race, gone within days.", "closed", sex="male"),
)


def is_seeded():
    """Return whether the demonstration clinic is there."""
    return Clinic.objects.filter(name=CLINIC).exists()


def seed(now):
    """Create the clinic, its people and every story; ``now`` is the moment the stories end at."""
    clinic = Clinic.objects.create(
        name=CLINIC, phone="+00 000 0000", emergency_number="112", opening_hours="Monday to Friday, 8 to 18"
    )
    people = {}
    for email, name, role, is_staff in STAFF:
        people[role] = Person.objects.create_user(email, PASSWORD, name=name, is_staff=is_staff, is_demonstration=True)
        Membership.objects.create(person=people[role], clinic=clinic, role=role)
    for number, story in enumerate(STORIES):
        Walk(story, clinic, people["clinician"], now - timedelta(hours=len(STORIES) - number)).go()


class Walk:
    """Takes one story along the path, as a clinician would."""

    def __init__(self, story, clinic, by, at):
        self.story, self.clinic, self.by, self.at = story, clinic, by, at

    def do(self, action, **kwargs):
        """Run one action on the case as it stands now, a minute after the last one."""
        self.at += timedelta(minutes=1)
        self.case.refresh_from_db()
        return action(**kwargs, version=self.case.version, by=self.by, at=self.at)

    def go(self):
        """Go as far as the story goes."""
        self.register()
        for step in STEPS[1:]:
            if self.story.reaches(step) and not self.skips(step):
                getattr(self, step)()

    def skips(self, step):
        """Return whether a closed story leaves a step out: nobody was examined or diagnosed in it."""
        return self.story.until == "closed" and step in ("examined", "diagnosed", "drafted", "signed")

    def register(self):
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
            Patient.objects.filter(pk=patient.pk).update(person=runner)
        self.case = clinic_actions.open_case(patient=patient, side=story.side, by=self.by, at=self.at)

    def told(self):
        """Take the story."""
        absent = Answer.ABSENT
        case = {
            "side": self.story.side,
            "onset_on": self.at.date() - timedelta(days=21),
            "story": self.story.words,
            "goals": "Run 10 km with friends again",
            "equipment": list(EQUIPMENT),
            "flat_feet": absent,
            "hypermobile": Answer.PRESENT,
            "core_training": Answer.PRESENT,
        }
        person = {"allergies": "none known", "anticoagulant": absent, "pregnant": absent}
        self.do(clinic_actions.save_intake, case=self.case, story=case, person_facts=person)

    def screened(self):
        """Answer the screening, record the outcome or the permission that the story has."""
        kinds = ("question", "risk", "sign", "wells")
        codes = [code.code for code in triage_knowledge().codes if code.kind in kinds]
        left_out = {"w10", "age_over_60", "age_50_or_over", *self.story.unanswered}
        answers = {code: Answer.ABSENT for code in codes if code not in left_out}
        answers |= dict.fromkeys(self.story.present, Answer.PRESENT)
        self.do(triage_actions.answer_screening, case=self.case, answers=answers, shown_none=set(answers))
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

    def closed(self):
        """Close the case."""
        self.do(clinic_actions.close_case, case=self.case, because="Recovered")
