"""What the drills stand on: the engine of this run, a house prepared once an engine, and its figures in one line."""

import os
import shutil
from contextlib import contextmanager

import pytest

from tests.drills.cluster import Cluster, binaries
from tests.drills.house import House

RUNNERS = 12


@pytest.fixture(scope="session")
def engine():
    """The engine of this run, as DATABASE_URL names it."""
    return "postgresql" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "sqlite"


@pytest.fixture(scope="session")
def cluster():
    """A running cluster of our own."""
    if binaries() is None:
        pytest.skip("no PostgreSQL on this machine")
    cluster = Cluster()
    try:
        yield cluster.start()
    finally:
        cluster.remove()


@pytest.fixture(scope="session")
def pattern(request, engine):
    """A house with twelve runners and their plans, which every drill copies; prepared once."""
    database = None
    if engine == "postgresql":
        cluster = request.getfixturevalue("cluster")
        cluster.sql("create database pattern")
        database = cluster.url("pattern")
    house = House(database)
    try:
        house.known = house.inside("prepare", RUNNERS)
        yield house
    finally:
        house.remove()


@contextmanager
def copied(request, engine, pattern, name):
    """Yield a copy of the house, not yet served."""
    database = None
    if engine == "postgresql":
        cluster = request.getfixturevalue("cluster")
        cluster.sql(f'create database "{name}" template pattern')
        database = cluster.url(name)
    house = House(database)
    if database is None:
        shutil.copy(pattern.file, house.file)
    shutil.copytree(pattern.root / "static", house.root / "static")
    house.known = pattern.known
    try:
        yield house
    finally:
        house.remove()
        if database:
            cluster.sql(f'drop database "{name}" with (force)')


@pytest.fixture
def house(request, engine, pattern):
    """A house of this drill's own, not yet served."""
    with copied(request, engine, pattern, f"house_{request.node.name[5:40].lower()}") as house:
        yield house


@pytest.fixture(scope="module")
def served_once(request, engine, pattern):
    """A house that works for all drills of a module."""
    with copied(request, engine, pattern, "served_once") as house:
        yield house.serve()


@pytest.fixture
def figures(request, engine, capsys):
    """A function that prints one line of figures, whatever pytest does with the rest."""

    def told(**found):
        with capsys.disabled():
            print(f"\nDRILL {engine} {request.node.name}: " + ", ".join(f"{k} {v}" for k, v in found.items()))

    return told
