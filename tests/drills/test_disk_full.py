"""The disk fills up: the person is told clearly, nothing is half written, and with space all goes on without a hand."""

import itertools
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from tests.drills.cluster import unprivileged
from tests.drills.house import House

pytestmark = pytest.mark.drill
REFUSALS, LONGEST = 20, 400


class SmallDisk:
    """A file system of a few megabytes, which a file of ballast fills."""

    def __init__(self, megabytes):
        self.folder = Path(tempfile.mkdtemp(prefix="stridewell-disk-"))
        told = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", self.folder], capture_output=True, text=True
        )
        self.refused = told.stderr.strip() if told.returncode else ""

    def fill(self):
        """Leave no byte."""
        with open(self.folder / "ballast", "wb", buffering=0) as ballast:
            try:
                while ballast.write(b"0" * 4096):
                    pass
            except OSError:
                return

    def empty(self):
        """Make the space again."""
        (self.folder / "ballast").unlink()

    def remove(self):
        """Leave nothing behind."""
        if not self.refused:
            subprocess.run(["umount", self.folder], check=True)
        self.folder.rmdir()


@pytest.fixture
def full(request, engine):
    """(house, fill, empty): a house whose database stands on a small disk."""
    if engine == "sqlite":
        house = request.getfixturevalue("house")
        mark = house.root / "disk_is_full"
        yield house, mark.touch, mark.unlink
        return
    pattern, cluster, disk = request.getfixturevalue("pattern"), request.getfixturevalue("cluster"), SmallDisk(64)
    try:
        if disk.refused:
            pytest.skip(f"no small disk may be mounted here: {disk.refused}")
        space = disk.folder / "tables"
        space.mkdir()
        if runs_as := unprivileged().get("user"):
            shutil.chown(space, runs_as)
        os.chmod(disk.folder, 0o755)  # noqa: S103
        cluster.sql(f"create tablespace small location '{space}'")
        cluster.sql("create database small template pattern tablespace small")
        house = House(cluster.url("small"))
        house.known = pattern.known
        shutil.copytree(pattern.root / "static", house.root / "static")
        yield house, disk.fill, disk.empty
        house.remove()
        cluster.sql("drop database small with (force)")
        cluster.sql("drop tablespace small")
    finally:
        disk.remove()


def test_a_full_disk(full, figures):
    house, fill, empty = full
    house.serve()
    phones = [house.phone(runner["session"]).fetch_copy() for runner in house.known["runners"][:4]]
    kept = [told for phone in phones if (told := sent(phone)[1])]
    danger = house.phone(house.known["runners"][-1]["session"]).fetch_copy()
    fill()
    refused = until_it_is_full(phones, kept)
    assert_is_advised(danger)
    empty()
    began = time.monotonic()
    while sent(phones[0], kept)[0] != 200:
        assert time.monotonic() < began + 15
    took = time.monotonic() - began
    statuses = {sent(phone, kept)[0] for phone in phones}

    found = house.inside("counted")
    assert statuses == {200}
    assert set(kept) == set(found["told"]) and len(found["told"]) == found["lines"]
    assert (found["torn"], found["faults"]) == ([], [])
    figures(
        acknowledged=len(kept), found=len(found["told"]), refused_clearly=refused, half_written=0,
        advice_in_a_danger="shown", well_again_after=f"{took:.1f} s",
    )  # fmt: skip


def sent(phone, kept=None):
    """Send a log; return its status and when it was told, None where it was not kept."""
    said = phone.written()
    answer = phone.post("/me/outbox/", said)
    if answer.status == 200:
        if kept is not None:
            kept.append(said["told_at"])
        return 200, said["told_at"]
    assert (answer.status, answer.is_clear()) == (503, True), answer.body[:2000]
    return answer.status, None


def until_it_is_full(phones, kept):
    """Go on until many logs were refused, each with a page that a person can read; return how many."""
    refused = 0
    for _, phone in zip(range(LONGEST), itertools.cycle(phones), strict=False):
        refused += sent(phone, kept)[0] == 503
        if refused == REFUSALS:
            return refused
    raise AssertionError(f"the disk never filled: {refused} of {LONGEST} were refused")


def assert_is_advised(phone):
    """A runner in danger is shown what to do meanwhile, and that nobody was told."""
    page = phone.get("/emergency/")
    assert page.status == 200 and "Get help now" in page.body
    answer = phone.post("/me/safety/", {phone.copy["safety"][0]["code"]: "present"})
    assert answer.status == 200 and "NOT been told" in answer.body, (answer.status, answer.body[:2000])
