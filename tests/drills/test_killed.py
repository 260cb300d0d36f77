"""The server is killed in the middle of a thousand writes: what it acknowledged is there, and nothing is half there."""

import threading
import time

import pytest

from tests.drills.house import DOWN

pytestmark = pytest.mark.drill
WRITES, KILLS, HANDS = 1000, (0.2, 0.5, 0.8), 4
SESSIONS_ONE_IN = 4  # the others are safety sets: the rules judge each session anew with all of its day


class Hand(threading.Thread):
    """One of the hands that send: its own runners in turn, each log once; what nobody answered is kept."""

    def __init__(self, phones, writes):
        super().__init__(daemon=True)
        self.phones, self.writes, self.acknowledged, self.unanswered, self.odd = phones, writes, [], [], []

    @property
    def sessions(self):
        """Return how many sessions were sent; the rest are safety sets."""
        return len(range(0, self.writes, SESSIONS_ONE_IN))

    def run(self):
        for number in range(self.writes):
            phone = self.phones[number % len(self.phones)]
            is_yes = number == self.writes // 2 + 1  # one runner of each hand says yes, and the leg stops
            kind = "safety" if number % SESSIONS_ONE_IN or is_yes else "session"
            self.send(phone, phone.written(kind, "present" if is_yes else "absent"))

    def send(self, phone, said):
        """Send it once and keep what became of it."""
        try:
            answer = phone.post("/me/outbox/", said)
        except DOWN:
            self.unanswered.append((phone, said))
            time.sleep(0.2)
            return
        if answer.status == 200 and answer.json["kept"]:
            self.acknowledged.append(said["told_at"])
        else:
            self.odd.append((answer.status, answer.body[:300]))


def hands_of(house):
    """Return the hands with the phones of all runners, their copies fetched."""
    phones = [house.phone(runner["session"]).fetch_copy() for runner in house.known["runners"]]
    return [Hand(phones[place::HANDS], WRITES // HANDS) for place in range(HANDS)]


def killed_and_started_again(house, hands):
    """Kill the server each time another part of the writes is acknowledged, in the middle of whatever it does."""
    for part in KILLS:
        while sum(len(hand.acknowledged) for hand in hands) < part * WRITES * 0.9:
            assert any(hand.is_alive() for hand in hands)
            time.sleep(0.01)
        house.kill()
        house.serve()


def test_a_server_killed_in_the_middle_of_a_thousand_writes(house, figures):
    house.serve()
    hands, began = hands_of(house), time.monotonic()
    for hand in hands:
        hand.start()
    killed_and_started_again(house, hands)
    for hand in hands:
        hand.join(timeout=240)
    assert [hand.odd for hand in hands] == [[]] * HANDS, house.faults()

    acknowledged = [told for hand in hands for told in hand.acknowledged]
    unanswered = [pair for hand in hands for pair in hand.unanswered]
    found = house.inside("counted")
    assert set(acknowledged) - set(found["told"]) == set()  # every acknowledged write is there
    assert (found["torn"], found["faults"]) == ([], [])  # and none is half there
    assert found["lines"] == len(found["told"])  # its line in the audit with it

    again = [phone.post("/me/outbox/", said).json for phone, said in unanswered]
    after = house.inside("counted")
    sent = acknowledged + [said["told_at"] for _, said in unanswered]
    assert sorted(after["told"]) == sorted(sent)  # what nobody answered is there once after it was sent again
    assert len(set(after["sessions"])) == len(after["sessions"]) == sum(hand.sessions for hand in hands)
    assert (after["torn"], after["faults"], after["lines"]) == ([], [], WRITES)
    figures(
        writes=WRITES, kills=len(KILLS), acknowledged=len(acknowledged),
        found=len(set(acknowledged) & set(found["told"])), torn=0, unanswered=len(unanswered),
        kept_though_unanswered=sum(answer["again"] for answer in again), twice=0,
        seconds=round(time.monotonic() - began),
    )  # fmt: skip
