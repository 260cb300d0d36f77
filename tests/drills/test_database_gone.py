"""The database is away for a while: what a person sees meanwhile, and that all is well again without a hand."""

import signal
import threading
import time

import pytest

pytestmark = pytest.mark.drill
RESTARTS, HANDS = (signal.SIGINT, signal.SIGQUIT, signal.SIGINT), 4


@pytest.fixture
def cluster_of_the_house(request, engine):
    """The cluster below the house; a SQLite has none."""
    if engine != "postgresql":
        pytest.skip("SQLite has no server to restart")
    return request.getfixturevalue("cluster")


def at_work(phone, until, told):
    """Send one log after another and read a page between them; a log is sent until it is kept."""
    while not until.is_set():
        said = phone.written("safety")
        while not until.is_set():
            began = time.monotonic()
            answer = phone.post("/me/outbox/", said)
            told["slowest"] = max(told.get("slowest", 0), time.monotonic() - began)
            if answer.status == 200:
                told.setdefault("kept", []).append(said["told_at"])
                break
            told.setdefault("refused", []).append((answer.status, answer.is_clear()))
            time.sleep(0.1)


def test_postgresql_restarted_under_load(house, cluster_of_the_house, figures):
    house.serve()
    phones = [house.phone(runner["session"]).fetch_copy() for runner in house.known["runners"][:HANDS]]
    until, told, waits = threading.Event(), [{} for _ in phones], []
    hands = [
        threading.Thread(target=at_work, args=(phone, until, kept)) for phone, kept in zip(phones, told, strict=True)
    ]
    for hand in hands:
        hand.start()
    for how in RESTARTS:
        time.sleep(2)
        cluster_of_the_house.stop(how)
        time.sleep(1.5)
        cluster_of_the_house.start()
        began = time.monotonic()
        waits.append(well_again(house, began))
    time.sleep(2)
    until.set()
    for hand in hands:
        hand.join(timeout=60)

    kept = [moment for one in told for moment in one.get("kept", [])]
    refused = [pair for one in told for pair in one.get("refused", [])]
    found = house.inside("counted")
    assert refused and set(refused) == {(503, True)}  # a page that a person can read, never a trace
    assert set(kept) - set(found["told"]) == set()
    assert len(found["told"]) == len(set(found["told"])) == found["lines"]
    assert (found["torn"], found["faults"]) == ([], [])
    assert max(waits) < 15
    figures(
        restarts=len(RESTARTS), acknowledged=len(kept), found=len(set(kept) & set(found["told"])),
        refused_clearly=len(refused), well_again_after=f"{max(waits):.1f} s at most",
        longest_answer=f"{max(one['slowest'] for one in told):.1f} s",
    )  # fmt: skip


def well_again(house, began):
    """Return after how many seconds the server answers a runner's page again, each worker of it."""
    phone, well = house.phone(house.known["runners"][-1]["session"]), 0
    while well < 6:
        well = well + 1 if phone.get("/me/").status == 200 else 0
        assert time.monotonic() < began + 60
        time.sleep(0.05)
    return time.monotonic() - began
