"""The wrong person, the wrong clinic, and the right person with the wrong object: not there, and nothing written.

Everywhere an id can stand: in an address, its query, a field of a form, the name of a field, a formset, JSON.
"""

import re

import pytest
from django.core.cache import cache

from rehab.models import ExerciseLog, PlanItem
from tests.attacks.admin_forms import ADMIN_FORMS
from tests.attacks.entries import ENTRIES, MORE
from tests.attacks.hazards import ZERO, Sent, encoded
from tests.attacks.kin import named, swaps, world_of
from tests.attacks.wire import Wire, browser_of, undone
from tests.test_doors import product_doors, walked
from tests.world import address, tables

pytestmark = pytest.mark.django_db
OBJECTS = ("case_id", "patient_id", "item_id", "offer_id", "session_id", "export_id", "task_id")
OBJECTS += ("key_id", "place_id", "glass_id", "entry_id")
NOBODYS = {"form_name", "slug", "measure"}  # a kind of form, of topic, of score: words, and no row
NOBODYS |= {"exercise_code", "at_level", "drawing", "figure_language", "shape", "size", "media_id"}  # the catalogue's
KEYS = {"token", "uidb64"}  # a secret that is drawn: who holds it may come (tests/clinic/test_invitation.py and others)
REFUSED = (403, 404, 409, 422)


@pytest.fixture(scope="module")
def wide(world, django_db_blocker):
    """The world, with the same kind of rows of everybody else."""
    with django_db_blocker.unblock():
        return world_of(world)


def params_of(pattern):
    """Return the objects that a pattern names."""
    return [name for name in OBJECTS if f":{name}>" in pattern]


def test_every_object_that_an_address_names_is_tried_by_the_wrong_person():
    in_addresses = {name for pattern in product_doors().values() for name in re.findall(r"<(?:\w+:)?(\w+)>", pattern)}
    assert in_addresses == set(OBJECTS) | NOBODYS | KEYS


def whole(world, name, pattern, ids):
    """Return the address of a door with these ids where it names an object."""
    known = walked(world) | {"measure": "PSFS"} | ids
    return address(name, **{key: value for key, value in known.items() if f"{key}>" in pattern})


def ids_of(case, name):
    """Return what a door can name of a case."""
    known = named(case)
    return {**known, "item_id": known.get(f"item_id {name.split(':')[0]}")}


def wrongly(wide, who):
    """Yield (door, whose, address, the same address of nobody's object) of every wrong object for this person."""
    for name, pattern in product_doors().items():
        params = params_of(pattern)
        own = ids_of(wide.case, name) if params else {}
        for param in params:
            for whose, case in wide.kin.items():
                ids = own | {param: ids_of(case, name)[param]}
                if ids != own and not is_theirs(who, name, params, whose):
                    nobody = own | {param: 999_999 if param in ("key_id", "place_id") else ZERO}
                    yield name, whose, *(whole(wide, name, pattern, given) for given in (ids, nobody))


def is_theirs(who, name, params, whose):
    """Return whether this object is this person's to see: a clinic's whole list, a runner's other leg."""
    if who == "runner":
        return whose == "the other leg's" and (name in RUNNERS_BOTH_LEGS or "case_id" in params)
    return whose != "another clinic's" and len(params) == 1 and name not in RUNNERS_ONLY


RUNNERS_ONLY = {"rehab:my_export", "rehab:my_logged", "rehab:my_correction", "clinic:forget_passkey"}
RUNNERS_ONLY |= {"clinic:end_session"}
RUNNERS_BOTH_LEGS = {"rehab:my_export"}


def plain(answer):
    """Return what was answered, without what is new in every answer."""
    text = re.sub(r"\b[A-Za-z0-9]{64}\b", "TOKEN", answer.content.decode())
    return answer.status_code, re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|/\d+/", "ID", text)


@pytest.mark.parametrize("verb", ["get", "post"])
@pytest.mark.parametrize("who", ["lead", "runner"])
def test_a_wrong_object_in_an_address_is_not_there_like_one_that_never_was(wide, who, verb):
    """404, or 405 for a verb that no object has; on a page of their own case that is the clinic's, a runner is told 403
    before anything is looked for."""
    browser, before, tried, wrong, of_nobody = browser_of(wide, who), tables(), 0, {}, {}
    for name, whose, at, nobody in wrongly(wide, who):
        got, tried = plain(getattr(browser, verb)(at)), tried + 1
        if nobody not in of_nobody:
            of_nobody[nobody] = plain(getattr(browser, verb)(nobody))
        is_own_page = who == "runner" and str(wide.case.pk) in at
        if got != of_nobody[nobody] or got[0] not in (404, 405, 403 if is_own_page else 404):
            wrong[name, whose] = (got[0], of_nobody[nobody][0])
    assert wrong == {} and tried > 90
    assert tables() == before


EVERY = {**ENTRIES, **MORE}


@pytest.mark.parametrize("door", EVERY)
def test_a_wrong_id_in_a_field_saves_nothing(wide, door):
    """Whatever a form carries as an id, hidden or not, is tried with everybody else's."""
    with undone():
        entry = EVERY[door](wide)
        wire, true, before = Wire(wide, entry.who, entry.browser), entry.form.filled(), tables()
        for name, values in true.items():
            for whose, other in swaps(values[0], wide.kin) if values else ():
                cache.clear()
                with undone():
                    answer = wire.send(entry.form.address, Sent(encoded({**true, name: [other]})))
                    told = (name, whose, answer.status, answer.written)
                    if (door, name) in NOT_READ or (name, whose) == ("leg", "the other leg's"):
                        continue
                    kept = tables(answer.written).items() <= before.items()
                    assert (is_refused(answer, name) or door in ADMIN_FORMS) and kept, told


def is_refused(answer, name):
    """Return whether a form was refused: in words, or by leading back, where it names no leg of theirs.

    The admin shows a form that it refuses with 200, as it shows any other.
    """
    return answer.status in REFUSED or (
        name == "leg" and answer.response.headers.get("Location") in ("/me/", "/me/runs/upload/")
    )


NOT_READ = {("clinic:draft", "patient")}  # a draft belongs to the case of its address
NOT_READ |= {("rehab:my_correction", "item")}  # a log is corrected with the exercises it has
NOT_READ |= {("admin:clinic_person_change", "memberships-1-person")}  # a row beneath that nobody filled in
NOT_READ |= {("admin:rehab_wording_change", "media-1-wording")}  # the same


OF_NO_LEG = {"rehab:my_reminders", "rehab:my_consent"}  # one choice for the runner


@pytest.mark.parametrize("door", [door for door in EVERY if door[:9] == "rehab:my_" and door not in OF_NO_LEG])
def test_a_runners_form_that_names_the_leg_of_somebody_else_is_kept_for_none(wide, door):
    with undone():
        entry = EVERY[door](wide)
        wire, before = Wire(wide, entry.who, entry.browser), tables()
        for case in (wide.kin["another clinic's"], wide.kin["another runner's"], None):
            said = {**entry.form.filled(), "leg": [str(case.pk if case else ZERO)]}
            with undone():
                answer = wire.send(entry.form.address, Sent(encoded(said)))
                kept = tables(answer.written).items() <= before.items()
                assert kept and answer.status < 500, (answer.status, answer.written)


@pytest.mark.parametrize("door", ["rehab:my_session", "rehab:my_outbox"])
def test_an_exercise_of_somebody_else_beside_ones_own_is_logged_for_nobody(wide, door):
    with undone():
        entry = ENTRIES[door](wide)
        wire, true = Wire(wide, entry.who, entry.browser), entry.form.filled()
        foreign = [named(case)["item_id rehab"] for case in wide.kin.values()]
        foreign += [row.pk for row in PlanItem.objects.filter(plan__case__in=wide.kin.values())]
        wire.send(entry.form.address, Sent(encoded({**true, "item": [*map(str, foreign), *true["item"]]})))
        told = ExerciseLog.objects.filter(session__case=wide.case)
        assert told.exists() and not told.exclude(item__plan__case=wide.case).exists()
