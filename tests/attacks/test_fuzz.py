"""Every address that takes a form is sent what no form sends: no fault of ours, and not a row for what is refused.

Seeded, so that what fails fails again.  FUZZ_EACH says how many requests each address gets: 110 unless told otherwise,
10,000 in ``make fuzz``.
"""

import os

import pytest
from django.core.cache import cache

from tests.attacks.entries import ASKS_MORE, ENTRIES, MORE, doors_that_take_a_form
from tests.attacks.hazards import Attacker, Sent, encoded
from tests.attacks.wire import Wire, undone, undrawn
from tests.world import tables

pytestmark = pytest.mark.django_db
EACH = int(os.environ.get("FUZZ_EACH", "110"))
DRAWN = 10  # of so many answers one page is drawn to its end
EVERY = {**ENTRIES, **MORE}


def test_every_address_that_takes_a_form_is_attacked():
    assert set(ENTRIES) == doors_that_take_a_form()


@pytest.mark.parametrize("door", EVERY)
def test_no_input_breaks_a_door_or_leaves_a_row_where_it_was_refused(world, door):
    with undone():
        entry = EVERY[door](world)
        wire, attacker = Wire(world, entry.who, entry.browser), Attacker(entry.form, seed=door)
        before = tables()
        for number in range(EACH):
            with undone():
                sent = attacker.next()
                answer = tried(wire, entry, sent, is_drawn=number % DRAWN == 0)
                assert answer.status < 500, (sent, answer.fault)
                must_keep_nothing = answer.status >= 400 or (sent.broken and not entry.needs_nothing)
                if answer.written and must_keep_nothing:
                    kept = tables(answer.written).items() <= before.items()
                    assert kept, (sent, answer.status, answer.written)


def tried(wire, entry, sent, *, is_drawn):
    """Send one request and return its answer."""
    cache.clear()
    if is_drawn:
        answer = wire.send(entry.form.address, sent)
    else:
        with undrawn():
            answer = wire.send(entry.form.address, sent)
    return answer


@pytest.mark.parametrize("door", EVERY)
def test_the_form_that_is_spoiled_would_have_been_taken(world, door):
    """Otherwise the attacks would end at the first check, and would say nothing of what lies behind it."""
    with undone():
        entry = EVERY[door](world)
        answer = Wire(world, entry.who, entry.browser).send(entry.form.address, Sent(encoded(entry.form.filled())))
    assert answer.status in (200, 204, 302) or door in ASKS_MORE, answer.text[-3000:]
