"""The clock of the server is set back three hours while a clinic works: all must sign in again, and nothing breaks.

The clock of the application alone, by libfaketime: phones and PostgreSQL keep the true one, and so does the drill.
"""

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.clinic.second_factors import LOGIN, SECOND, shown
from tests.drills.house import TOP, Phone
from tests.factories import PASSWORD

pytestmark = pytest.mark.drill
LONGEST = 60  # seconds, all in all
BEFORE, MEANWHILE, AFTERWARDS = "Written by the true clock", "Written three hours before", "Written by it again"
TEAM_PAGES = ("/", "/patients/", "/preferences/", "/preferences/sessions/")
CASE_PAGES = ("", "plan/", "progress/", "treatments/", "triage/screening/", "triage/items/", "running/")
RUNNER_PAGES = ("/me/", "/me/plan/", "/me/progress/", "/me/log/", "/me/safety/", "/me/morning/", "/me/offline.json")
# Who they are, and recovery codes of the clinician: the app on a phone that is right shows nothing to a wrong clock.
WHO = """
from clinic.models import Case
from tests.clinic.second_factors import has_recovery_codes
by = Case.objects.get(pk=told[0]).opened_by
emails = [Case.objects.get(pk=case).patient.person.email for case in told]
print(json.dumps({"clinician": by.email, "codes": has_recovery_codes(by), "runners": emails}))
"""
SLEEP = "import select, time\ntime.sleep = lambda seconds: select.select([], [], [], seconds)\n"
# How often each alarm was mailed after a pass over what is due.
ALARMS = """
from django.core.management import call_command
from clinic.models import Task
call_command("deliver_alarms", stdout=io.StringIO())
rows = [Task.objects.unheard().filter(case=case).values_list("mail_tries", flat=True) for case in told]
tries = [list(row) for row in rows]
print(json.dumps(tries))
"""
# What stands in the record besides; a chain that is not whole fails.
RECORD = """
from tests.drills.inside import counted
whole = io.StringIO()
call_command("verify_audit", stdout=whole)
print(json.dumps({"tries": tries, "audit": whole.getvalue().strip(), **counted()}))
"""


@pytest.fixture(scope="session")
def libfaketime():
    """Return where libfaketime is, or fail with the sentence that helps."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    if not found:
        pytest.fail("The drill of the clock needs libfaketime: apt-get install faketime", pytrace=False)
    return found[0]


def set_back(libfaketime, folder):
    """Return what gives a program of Python a clock three hours back; what waits goes by one that nobody sets.

    ``time.sleep`` waits until a moment of that other clock, which libfaketime moves all the same: here it waits
    otherwise.
    """
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(SLEEP)
    # gunicorn compares the times of its files with the clock that nobody sets.
    quiet = {"FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"}
    return {"LD_PRELOAD": str(libfaketime), "FAKETIME": "-3h", "PYTHONPATH": str(folder), **quiet}


def asked(house, question, cases):
    """Ask inside the product, by the clock of its server; return what it answers about these cases."""
    before = f"import io, json, django; django.setup(); told = {cases!r}\n"
    done = subprocess.run(
        [sys.executable, "-c", before + question],
        cwd=TOP, env=house.env, capture_output=True, text=True, timeout=LONGEST,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


class Browser(Phone):
    """A phone that keeps the session it is given, as whoever signs in needs; every answer is one for people."""

    def ask(self, method, path, form=None, timeout=30, **headers):
        """Send one request and keep what it sets; an answer that is a fault of ours fails."""
        answer = super().ask(method, path, form, timeout, **headers)
        for cookie in answer.headers.get_all("Set-Cookie", ()):
            if found := re.match(r"__Host-(session|csrf)=([^;]*)", cookie):
                setattr(self, {"session": "session", "csrf": "token"}[found[1]], found[2].strip('"'))
        assert answer.status < 500, (path, answer.status, answer.body[-2000:])
        return answer

    def signs_in(self, email):
        """Give address and password; return where that leads."""
        self.get(LOGIN)
        answer = self.post(LOGIN, {"username": email, "password": PASSWORD})
        assert answer.status == 302, answer.body[-2000:]
        return answer.headers["Location"]

    def shows(self, code):
        """Show the code that stands beside the password; return whether it let in."""
        answer = self.post(SECOND, {"code": code})
        assert answer.status in (302, 422), answer.status
        return answer.status == 302

    def must_sign_in(self, path):
        """Return whether a page asks to sign in first."""
        answer = self.get(path)
        return answer.status == 302 and answer.headers["Location"].startswith(LOGIN)

    def opens(self, pages):
        """Return the pages that do not open, with what they answer."""
        answers = {page: self.get(page).status for page in pages}
        return {page: status for page, status in answers.items() if status != 200}

    def note_form(self, case, text):
        """Return the form of a note as it stands on the page of a case."""
        body = self.get(f"/cases/{case}/").body
        hidden = {name: re.search(rf'name="{name}" value="([^"]+)"', body)[1] for name in ("patient", "version")}
        return hidden | {"text": text}

    def writes(self, case, text):
        """Write a note; return the version of the case that it was written on."""
        form = self.note_form(case, text)
        assert self.post(f"/cases/{case}/note/", form).status == 302
        return int(form["version"])

    def says_yes(self):
        """Answer the first danger question with yes; return whether the page says what to do."""
        question = self.copy["safety"][0]["code"]
        answer = self.post("/me/safety/", {question: "present"})
        return answer.status == 200 and "Back to today" in answer.body and "NOT been told" not in answer.body

    def must_rest(self):
        """Return whether today's page says that this leg rests."""
        return "No exercise for now" in self.get("/me/").body


class Work:
    """What is done in the house: who works there, on which cases."""

    def __init__(self, house, libfaketime):
        self.house, self.cases = house, [runner["case"] for runner in house.known["runners"][:3]]
        self.who = asked(house, WHO, self.cases)
        self.true, self.wrong = house.env, house.env | set_back(libfaketime, house.root / "clock")

    def started_again(self, clock):
        """End the server, and start it by this clock."""
        self.house.kill()
        self.house.env = clock
        self.house.serve(workers=1)

    def runner(self, number):
        """Return the phone of a runner who just signed in by password."""
        phone = Browser(self.house.port)
        phone.signs_in(self.who["runners"][number])
        return phone.fetch_copy()

    def pages_open(self, team, *runners):
        """Every page opens, for the team and for runners."""
        shut = team.opens([*TEAM_PAGES, *(f"/cases/{self.cases[0]}/{page}" for page in CASE_PAGES)])
        assert shut == {}, shut
        shut = [runner.opens(RUNNER_PAGES) for runner in runners]
        assert shut == [{}] * len(runners), shut

    def look(self, question=ALARMS):
        """Return what the record says of the cases."""
        return asked(self.house, question, self.cases)


def by_the_true_clock(work):
    """Write a note, a log and a danger; return the phones of the clinician and of the two runners."""
    team, calm, danger = Browser(work.house.port), work.runner(0), work.runner(1)
    assert team.signs_in(work.who["clinician"]) == SECOND and team.shows(shown())
    work.version = team.writes(work.cases[0], BEFORE)
    assert calm.post("/me/outbox/", calm.written()).json["kept"]
    assert danger.says_yes()
    return team, calm, danger


def everybody_is_out(work, team, calm, danger):
    """A session from a time to come is over: pages ask to sign in, and a form that came shows what was typed."""
    late = team.post(f"/cases/{work.cases[0]}/note/", {"text": MEANWHILE, "version": "1", "patient": work.cases[0]})
    assert (late.status, MEANWHILE in late.body, late.is_clear()) == (401, True, True)
    assert [who.must_sign_in(page) for who, page in ((team, "/"), (calm, "/me/"), (danger, "/me/"))] == [True] * 3


def by_the_wrong_clock(work, written):
    """Sign in, write, read every page, say yes to a danger; return the phones of the clinician and of two runners."""
    team, calm, danger = Browser(work.house.port), work.runner(0), work.runner(2)
    assert team.signs_in(work.who["clinician"]) == SECOND
    assert not team.shows(shown())  # the app is right and the server is not: said in words
    assert team.shows(work.who["codes"][0])
    assert team.writes(work.cases[0], MEANWHILE) > work.version
    assert_newest_first(team, work.cases[0], MEANWHILE, BEFORE)
    work.pages_open(team, calm)
    answer = calm.post("/me/outbox/", written)  # of a time that has not come: the phone keeps it, and is told why
    assert answer.status == 422 and answer.json["refused"], answer.body[-2000:]
    assert danger.says_yes()
    assert danger.must_rest()
    return team, calm, danger


def by_it_again(work, team, calm, danger, written):
    """With the true clock back everybody reads and writes on, and what the phone kept meanwhile is taken."""
    assert team.must_sign_in("/")  # three hours without an act
    assert team.signs_in(work.who["clinician"]) == SECOND
    assert team.shows(shown(steps=1))  # no code twice, and the first may have been of this half minute
    team.writes(work.cases[0], AFTERWARDS)
    assert_newest_first(team, work.cases[0], AFTERWARDS, MEANWHILE, BEFORE)
    work.pages_open(team, calm)
    assert calm.post("/me/outbox/", written).json["kept"]
    assert danger.must_rest()


def assert_newest_first(team, case, *texts):
    """These notes stand on the timeline in this order, the newest above."""
    body = team.get(f"/cases/{case}/").body
    places = [body.index(text) for text in texts]
    assert places == sorted(places), texts


def test_a_clock_that_is_set_back_three_hours(libfaketime, house, figures):  # looked for first: a house takes long
    began, work = time.monotonic(), Work(house, libfaketime)
    house.serve(workers=1)
    phones = by_the_true_clock(work)
    written = phones[1].written("session")

    work.started_again(work.wrong)
    everybody_is_out(work, *phones)
    phones = by_the_wrong_clock(work, written)
    wrong = work.look()
    assert wrong[1:] == [[2], [1]]  # the next mail about the first danger does not wait three hours

    work.started_again(work.true)
    by_it_again(work, *phones, written)
    found = work.look(ALARMS + RECORD)
    faults = [line for line in house.faults() if line["logger"] != "clinic.alarms"]  # nobody answers where mail goes
    assert found["tries"][1:] == [[3], [2]]
    assert (found["torn"], found["faults"], faults) == ([], [], [])
    seconds = time.monotonic() - began
    figures(
        signed_out=3, notes=3, logs=len(found["sessions"]), mails_of_two_alarms=5, audit=found["audit"],
        seconds=round(seconds),
    )  # fmt: skip
    assert seconds < LONGEST
