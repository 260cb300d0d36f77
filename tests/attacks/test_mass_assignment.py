"""Every form is sent with every column of the product besides its own fields: what is written is the same without them.

Ids, signers, authors, clinics, roles, levels, versions: whatever a row holds is tried at every form.
"""

import re
from datetime import date, datetime

import pytest
from django.apps import apps
from django.core.cache import cache

from rehab.mine.watch_form import WatchRun
from tests.attacks.entries import ASKS_MORE, ENTRIES, MORE
from tests.attacks.hazards import Sent, encoded
from tests.attacks.wire import Wire, undone, undrawn
from tests.world import LOOKED

pytestmark = pytest.mark.django_db
EVERY = {**ENTRIES, **MORE}
OURS = ("clinic", "triage", "rehab")
NEW_EACH_TIME = {"password", "session_secret", "token_hash", "fingerprint", "session_data", "session_key", "digest"}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+\d\d:\d\d)?")
SEALED = re.compile(r"gAAAA[\w=-]+")
ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


def columns():
    """Yield (name, field) of every column of every table of ours, and names that other products were caught with."""
    for model in apps.get_models():
        if model._meta.app_label in OURS:
            for field in model._meta.concrete_fields:
                yield from ((field.name, field), (field.attname, field))


def value_of(field, world):
    """Return what somebody who means no good would put into a column: the neighbour's row, or what is not theirs."""
    if field.is_relation:
        known = {"Clinic": world.theirs.clinic_id, "Patient": world.theirs.patient_id, "Case": world.theirs.pk}
        known["Person"] = world.people["stranger"].pk
        return str(known.get(field.related_model.__name__) or "01890000-0000-7000-8000-000000000000")
    if field.choices:
        return str(field.choices[-1][0])
    kinds = {"BooleanField": "on", "DateField": "2020-02-02", "DateTimeField": "2020-02-02T02:02", "JSONField": "{}"}
    kinds |= {"UUIDField": str(world.theirs.pk), "FloatField": "7.5", "DecimalField": "7.5"}
    return kinds.get(field.get_internal_type(), "7" if "Integer" in field.get_internal_type() else "forged")


def besides(world, asked):
    """Return every column that a form does not ask for, with a value of nobody's choosing."""
    forged = {name: [value_of(field, world)] for name, field in columns()}
    forged |= {"pk": [str(world.theirs.pk)], "signer": ["forged"], "author": ["forged"], "owner_id": ["forged"]}
    return {name: said for name, said in forged.items() if name not in asked}


def rows():
    """Return {table: {key: columns}} of everything but who looked."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.label not in LOOKED:
            names = [f.attname for f in model._meta.concrete_fields]
            found[model._meta.label] = {row["pk"]: row for row in model.objects.values("pk", *names)}
    return found


def plain(value, known):
    """Return a value without what is new each time: moments, and the ids of rows that were just made."""
    if isinstance(value, datetime):
        return "a moment on 2020-02-02" if value.date() == date(2020, 2, 2) else "a moment"
    text = SEALED.sub("a secret", MOMENT.sub("a moment", str(value)))
    return ID.sub(lambda found: found[0] if found[0].replace("-", "") in known else "a new row", text)


def written(wire, address, said):
    """Send a form and return what it wrote: tables, and each new or changed row without what is new each time."""
    cache.clear()
    with undone(), undrawn():
        before = rows()
        known = {str(key).replace("-", "") for table in before.values() for key in table}
        answer = wire.send(address, Sent(encoded(said)))
        changes = []
        for label, table in rows().items():
            old = before[label]
            for key in old.keys() | table.keys():
                if table.get(key) != old.get(key):
                    row = {n: v for n, v in (table.get(key) or {"gone": key}).items() if n not in NEW_EACH_TIME}
                    row |= {} if key in old else {"id": "a new row", "pk": "a new row"}  # a number is not given twice
                    changes.append((label, sorted((name, plain(value, known)) for name, value in row.items())))
    return answer.status, sorted(changes, key=repr)


@pytest.mark.parametrize("door", EVERY)
def test_columns_that_no_form_asks_for_change_nothing(world, door):
    with undone():
        entry = EVERY[door](world)
        wire, true = Wire(world, entry.who, entry.browser), entry.form.filled()
        honest = written(wire, entry.form.address, true)
        assert honest[0] < 400 or door in ASKS_MORE, "a form that is refused writes nothing, whatever is sent besides"
        forged = written(
            wire, entry.form.address, besides(world, {*entry.form.fields, *ALSO_ASKED.get(door, ())}) | true
        )
        assert differences(honest, forged) == []


def differences(honest, forged):
    """Return in what two writings differ: (table, column, without the columns that nobody asked for, with them)."""
    (status, ours), (other, theirs) = honest, forged
    found = [] if status == other and len(ours) == len(theirs) else [(status, len(ours), other, len(theirs))]
    for (label, row), (_, changed) in zip(ours, theirs, strict=False):
        pairs = zip(row, changed, strict=False)
        found += [
            (label, name, value[:300], now[:300])
            for (name, value), (_, now) in pairs
            if value != now and (label, name) not in AS_TYPED
        ]
    return found


# What a form asks for without showing it filled in, or a phone sends in its own words.
ALSO_ASKED = {"rehab:running": {"hop_pain"}, "rehab:my_keep": set(WatchRun.base_fields)}
AS_TYPED = {("clinic.Draft", "fields")}  # a draft keeps whatever was typed, and is read by its own form alone


def test_the_columns_that_matter_are_among_those_that_are_sent(world):
    sent = besides(world, set())
    must = {"id", "clinic", "clinic_id", "patient", "person", "by", "signed_by", "signed_at", "status", "role", "level"}
    must |= {"version", "knowledge_version", "verdict", "is_staff", "is_superuser", "completed_by", "closed_by"}
    assert must <= set(sent)
