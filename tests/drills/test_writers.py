"""Eight hands write at the same time for some seconds: each is answered, and nobody reads that something is locked."""

import statistics
import threading
import time

import pytest

pytestmark = pytest.mark.drill
HANDS, SECONDS = 8, 8


def write(phone, until, took, odd):
    """Send one log after another, each third a whole session; keep how long each answer took, in milliseconds."""
    number = 0
    while time.monotonic() < until:
        began, number = time.monotonic(), number + 1
        answer = phone.post("/me/outbox/", phone.written("session" if number % 3 == 0 else "safety"), timeout=60)
        took.append((time.monotonic() - began) * 1000)
        if answer.status != 200:
            odd.append((answer.status, answer.body[:300]))


def test_eight_hands_at_once(house, figures):
    house.serve()
    phones = [house.phone(runner["session"]).fetch_copy() for runner in house.known["runners"][:HANDS]]
    took, odd, until = [], [], time.monotonic() + SECONDS
    hands = [threading.Thread(target=write, args=(phone, until, took, odd)) for phone in phones]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join(timeout=90)

    assert odd == [], house.faults()
    assert "locked" not in house.log()
    found = house.inside("counted")
    assert len(found["told"]) == found["lines"] == len(took)
    assert (found["torn"], found["faults"]) == ([], [])
    cuts = statistics.quantiles(took, n=20)
    figures(
        hands=HANDS, seconds=SECONDS, writes=len(took), median=f"{cuts[9]:.0f} ms", p95=f"{cuts[18]:.0f} ms",
        longest=f"{max(took):.0f} ms",
    )  # fmt: skip
