"""Nothing starts on knowledge that is not whole: one message, every fault, file, entry and key."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from clinic import checks
from clinic.tables import KnowledgeError
from rehab.knowledge import rehab_knowledge
from triage.knowledge import triage_knowledge


def refusing(*problems):
    """Return a loader of tables that are not whole."""

    def load():
        raise KnowledgeError(problems)

    return load


@pytest.fixture
def broken(monkeypatch):
    faults = ("a.toml: flag RF-X: level: 'Z' is none of E, D, U", "a.toml: flag RF-X: source: missing")
    later = ("b.toml: exercise: rest: unknown key", faults[1])
    monkeypatch.setattr(checks, "_loaders", [refusing(*faults), triage_knowledge, refusing(*later)])
    return (*faults, later[0])


def test_the_knowledge_as_it_is_starts():
    assert checks.knowledge_problems() == ()
    assert {triage_knowledge, rehab_knowledge} <= set(checks._loaders)


def test_the_check_command_tells_every_fault_of_every_app_once(broken):
    with pytest.raises(SystemCheckError) as refused:
        call_command("check")
    assert all(str(refused.value).count(fault) == 1 for fault in broken)


def test_a_server_without_checks_of_its_own_is_stopped_too(broken):
    with pytest.raises(ImproperlyConfigured) as refused:
        checks.must_be_whole()
    assert str(refused.value).splitlines()[1:] == list(broken)
