"""How long the report of the audit takes: a clinic's chain filled with plainly made-up lines, and each filter timed.

The lines are written by the database itself, so that ten million take minutes.  Their digests are made up too: such a
chain is no chain, and belongs in a database that is thrown away.
"""

import statistics
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter
from uuid import UUID

from django.db import connection
from django.utils import timezone

from clinic.models import AuditChain, Clinic
from clinic.onrecord import PAGE, Asked, report

STEP = 500_000
SPAN = timedelta(days=400)
LINES_EACH = 200  # lines that name one runner, however long the chain
# One line in eight is an administrator's (1) and names no runner; four clinicians (2 to 5) share the others in turn.
CLINICIAN, RUNNER = UUID(int=2), UUID(int=0x100000)


@dataclass(frozen=True)
class Filled:
    """A clinic's chain: how many lines it has, the moment before the first, seconds between two."""

    clinic: Clinic
    rows: int
    begins: datetime
    apart: float

    @property
    def patients(self):
        """Return how many runners the lines name; odd, so that each has lines of every kind and clinician."""
        return self.rows // LINES_EACH | 1

    def at(self, number):
        """Return the moment of a line."""
        return self.begins + timedelta(seconds=number * self.apart)


def fill(clinic, rows):
    """Make the chain of a clinic that has none yet, of lines evenly over the last 400 days; return what was filled."""
    AuditChain.objects.create(pk=clinic.pk, number=rows, digest=f"{rows:064x}")
    begins, apart = timezone.now().replace(microsecond=0) - SPAN, round(SPAN.total_seconds() / rows, 3)
    filled = Filled(clinic, rows, begins, apart)
    write = {"postgresql": _write_postgresql, "sqlite": _write_sqlite}[connection.vendor]
    told = {"chain": clinic.pk.hex, "begins": f"{begins:%Y-%m-%d %H:%M:%S}", "apart": apart}
    with connection.cursor() as cursor:
        for first in range(1, rows + 1, STEP):
            last = min(first + STEP - 1, rows)
            write(cursor, {**told, "patients": filled.patients, "first": first, "last": last})
    return filled


def _write_postgresql(cursor, told):
    cursor.execute(
        """
        INSERT INTO clinic_auditevent (id, chain_id, number, at, kind, act, person, role, patient, "case", why, about,
          network, request, digest)
        SELECT CAST(right(%(chain)s, 16) || lpad(to_hex(n), 16, '0') AS uuid), CAST(%(chain)s AS uuid), n,
          CAST(%(begins)s || '+00' AS timestamptz) + n * make_interval(secs => %(apart)s),
          (ARRAY['write', 'export', 'admin', 'refused', 'read', 'read', 'read', 'read'])[n %% 8 + 1], 'clinic:case',
          CAST(lpad(to_hex(CASE n %% 8 WHEN 2 THEN 1 ELSE 2 + n %% 4 END), 32, '0') AS uuid), 'clinician',
          CASE n %% 8 WHEN 2 THEN NULL ELSE CAST(lpad(to_hex(1048576 + n %% %(patients)s), 32, '0') AS uuid) END,
          NULL, 'care', '{}', '192.0.2.1', lpad(to_hex(n), 36, '0'), lpad(to_hex(n), 64, '0')
        FROM generate_series(CAST(%(first)s AS bigint), CAST(%(last)s AS bigint)) AS line(n)
        """,
        told,
    )
    cursor.execute("ANALYZE clinic_auditevent")  # as it does by itself after a while


def _write_sqlite(cursor, told):
    cursor.execute(
        """
        WITH RECURSIVE line(n) AS (SELECT %(first)s UNION ALL SELECT n + 1 FROM line WHERE n < %(last)s)
        INSERT INTO clinic_auditevent (id, chain_id, number, at, kind, act, person, role, patient, "case", why, about,
          network, request, digest)
        SELECT substr(%(chain)s, 17) || printf('%%016x', n), %(chain)s, n,
          strftime('%%Y-%%m-%%d %%H:%%M:%%f', %(begins)s, (n * %(apart)s) || ' seconds'),
          CASE n %% 8 WHEN 0 THEN 'write' WHEN 1 THEN 'export' WHEN 2 THEN 'admin' WHEN 3 THEN 'refused'
            ELSE 'read' END, 'clinic:case',
          printf('%%032x', CASE n %% 8 WHEN 2 THEN 1 ELSE 2 + n %% 4 END), 'clinician',
          CASE n %% 8 WHEN 2 THEN NULL ELSE printf('%%032x', 1048576 + n %% %(patients)s) END,
          NULL, 'care', '{}', '192.0.2.1', printf('%%036x', n), printf('%%064x', n)
        FROM line
        """,
        told,
    )


def filters(filled):
    """Return {name: what is asked} for each filter of the report; the period is the fifth in the middle."""
    period = {"begins": filled.at(filled.rows * 2 // 5), "ends": filled.at(filled.rows * 3 // 5)}
    return {
        "everything": {},
        "person": {"person": CLINICIAN},
        "runner": {"patient": RUNNER},
        "kind": {"kind": "export"},
        "kind and person": {"kind": "read", "person": CLINICIAN},
        "period": period,
        "runner and period": {"patient": RUNNER, **period},
        "runner, a kind without lines": {"patient": RUNNER, "kind": "admin"},
        "person, a kind without lines": {"person": CLINICIAN, "kind": "admin"},
    }


def times(reader, filled, *, rounds=7, size=PAGE, of=statistics.median):
    """Return {"filter, order": {lines, first_ms, far_ms}}: a first page, and one after a key in the middle."""
    middle = filled.rows // 2
    far, found = (filled.at(middle), middle), {}
    for name, told in filters(filled).items():
        for order in ("newest first", "oldest first"):
            asked = Asked(filled.clinic.pk, oldest_first=order == "oldest first", **told)
            found[f"{name}, {order}"] = {
                "lines": len(report(reader, asked, size=size)[0]),
                "first_ms": _ms(lambda: report(reader, asked, size=size), rounds, of),  # noqa: B023 (called at once)
                "far_ms": _ms(lambda: report(reader, asked, far, size), rounds, of),  # noqa: B023
            }
    return found


def _ms(function, rounds, of):
    """Return milliseconds on the wall: the database works in a process of its own."""
    took = []
    for _ in range(rounds + 1):
        began = perf_counter()
        function()
        took.append((perf_counter() - began) * 1000)
    return round(of(took[1:]), 2)  # the first reads what the database then has at hand
