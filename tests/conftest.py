"""What every test stands on: the profile of the property tests, and people of one clinic."""

import re
from collections import Counter

import pytest
from django.core.cache import cache
from django.core.management.commands import flush
from django.db import transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic import triggers
from clinic.actions import confirm_knowledge
from tests import factories, hypothesis_profiles
from tests.safety_case import Watch
from tests.world import a_world, came_in

hypothesis_profiles.load()
BESIDE = re.compile(r'clinic_audit|usersessions|INSERT INTO "(clinic|rehab)_[a-z]+history"')


PARTS = {  # of which the log says how long they took; of two that fit the first counts
    "matrix": ("tests/test_doors.py", "tests/test_forms_at_the_door.py", "tests/attacks/test_wrong_object.py"),
    "fuzz": ("tests/attacks/test_fuzz.py",),
    "other attacks": ("tests/attacks/",),
    "restore drills": ("tests/drills/test_restore.py",),
    "crash drills": ("tests/drills/",),
    "all the rest": ("",),
}


class Clock:
    """Adds up the seconds of test time of each part: where several processes share them, more than went by."""

    def __init__(self):
        self.seconds = Counter()

    def pytest_runtest_logreport(self, report):
        """Count setting up, the test and what comes after it."""
        part = next(name for name, places in PARTS.items() if report.nodeid.startswith(places))
        self.seconds[part] += report.duration

    def pytest_terminal_summary(self, terminalreporter):
        """Say it."""
        told = ", ".join(f"{part} {self.seconds[part]:.0f}" for part in PARTS if part in self.seconds)
        terminalreporter.write_line(f"seconds of test time: {told}")


def pytest_configure(config):
    """Let the process that hears of every test watch over the proofs of docs/safety.md, and the clock."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Watch(config))
        config.pluginmanager.register(Clock())


@pytest.fixture(autouse=True, scope="session")
def flush_past_the_triggers():
    """Emptying the tables after a browser journey deletes rows that nobody else may delete."""
    with pytest.MonkeyPatch.context() as patch:
        handle = flush.Command.handle

        def emptied(command, **options):
            triggers.remove(options["database"])
            try:
                return handle(command, **options)
            finally:
                triggers.install(options["database"])

        patch.setattr(flush.Command, "handle", emptied)
        yield


@pytest.fixture(autouse=True, scope="session")
def questions_without_the_audit():
    """What a page may ask is counted without its lines in audit and histories, and when somebody was seen."""
    with pytest.MonkeyPatch.context() as patch:
        every = CaptureQueriesContext.captured_queries.fget
        others = property(lambda self: [query for query in every(self) if not BESIDE.search(query["sql"])])
        patch.setattr(CaptureQueriesContext, "captured_queries", others)
        yield


@pytest.fixture(autouse=True)
def nothing_counted_before():
    """Each test starts with every try and every send left."""
    cache.clear()


@pytest.fixture
def clinic(db):
    """A clinic."""
    return factories.ClinicFactory()


@pytest.fixture
def clinician(clinic):
    """A clinician of the clinic."""
    return factories.member(clinic, "clinician")


@pytest.fixture
def assistant(clinic):
    """An assistant of the clinic: records, signs nothing."""
    return factories.member(clinic, "assistant")


@pytest.fixture
def lead(clinic):
    """The lead of the clinic."""
    return factories.member(clinic, "lead")


@pytest.fixture
def confirmed(clinic, lead):
    """The clinic's lead stands for the knowledge as it is: its Spanish danger texts stand alone."""
    return confirm_knowledge(clinic=clinic, by=lead, at=timezone.now())


@pytest.fixture
def administrator(clinic):
    """The administrator of the clinic: people and roles, nothing clinical."""
    return factories.member(clinic, "administrator", is_staff=True)


@pytest.fixture
def stranger(db):
    """A clinician of another clinic."""
    return factories.member(factories.ClinicFactory(), "clinician")


@pytest.fixture
def case(clinician, clinic):
    """An open case of a runner who can sign in."""
    return factories.CaseFactory(patient__clinic=clinic, opened_by=clinician)


@pytest.fixture
def runner(case):
    """The runner of the case."""
    return case.patient.person


@pytest.fixture
def at_work(client):
    """A function that signs a person in and returns their browser."""

    def signed_in(person):
        client.force_login(person)
        came_in(client, person)
        return client

    return signed_in


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    """Our clinic at work, its people and the neighbours; made once a module, and undone with it."""
    media = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media"))
    with media, django_db_blocker.unblock(), transaction.atomic():
        yield a_world()
        transaction.set_rollback(True)
