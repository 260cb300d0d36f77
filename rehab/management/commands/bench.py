"""Measure a decision, the clinician's pages, backup and restore, and the audit's report; print a table and JSON."""

import json
import statistics
import time
from datetime import date, timedelta
from urllib.parse import urlencode

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import reverse
from django.utils import timezone

from clinic.models import Case, Clinic, Membership, Patient, Person, Task
from clinic.models.patients import search_key
from clinic.pages import key_words
from clinic.worklist import KINDS, worklist
from rehab.actions import sync_catalogue
from rehab.management import audit_size, demo, restore_time
from rehab.management.decision_time import decision_times
from rehab.models import Plan

SIZES = (1_000, 100_000)
BATCH = 5_000
ROUNDS = 40
BARE = "/healthz"  # a view that does nothing: what Django costs with this middleware
TASKS = ("no_log", "red_session", "sign_plan", "red_flag")
HTTPS = {"x-forwarded-proto": "https"}
ONSETS = ("B", "Br", "D", "F", "G", "H", "K", "L", "M", "N", "P", "R", "S", "St", "T", "V", "W", "Z")
MIDDLES = ("a", "e", "i", "o", "u", "al", "en", "ir", "or", "un")
ENDS = ("berg", "dal", "den", "ez", "ford", "ini", "ko", "ley", "man", "quist", "sen", "ski", "son", "ton", "va")
WORDS = ("Ba", "Brode", "Dal", "Den", "Fir", "Gu", "Halde", "Ke", "Lun", "Ma", "Nir", "Pa", "Ror", "Sa", "Sen",
         "Sto", "Tal", "Vuq", "Wen", "Zor")  # fmt: skip


class Command(BaseCommand):
    """Works in a scratch database of its own beside the configured PostgreSQL database."""

    help = __doc__

    def add_arguments(self, parser):
        """Ten million lines of the audit take 7 GB and ten minutes, so they are asked for."""
        parser.add_argument("--audit-rows", type=int, default=1_000_000, help="lines of the audit that is reported on")

    def handle(self, *args, **options):
        """Print decision time, then queries and CPU of each page at each size."""
        if connection.vendor != "postgresql":
            raise CommandError("The page figures are for PostgreSQL: set DATABASE_URL, see the README.")
        connection.settings_dict["OPTIONS"].pop("pool", None)  # a pool would hold the scratch database open
        usual = connection.settings_dict["NAME"]
        try:
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        except (OperationalError, SystemExit) as error:
            raise CommandError(
                "make bench needs a running PostgreSQL whose user may create databases (it makes and drops one of its "
                "own); DATABASE_URL=postgres://user:password@host:5432/name says where."
            ) from error
        try:
            report = {"decision_cpu_ms": decision_times(), "pages": self.pages()}
            report["restore"] = restore_time.times()  # with as many patients as the pages were measured with last
            report["audit"] = {str(options["audit_rows"]): audit_times(options["audit_rows"])}
        finally:
            connection.creation.destroy_test_db(usual, verbosity=0)
        self.stdout.write(table_of(report))
        self.stdout.write(json.dumps(report, indent=1))

    def pages(self):
        """Return {size: {page: figures}} with the demonstration's clinician signed in."""
        sync_catalogue()
        demo.seed(timezone.now())
        figures = {}
        with override_settings(ALLOWED_HOSTS=["testserver"], DEBUG=False):
            client = Client(headers=HTTPS)
            client.force_login(Person.objects.get(email=demo.STAFF[0][0]))
            for size in SIZES:
                grow_to(size)
                with connection.cursor() as cursor:
                    cursor.execute("ANALYZE")
                figures[str(size)] = compared({name: worst(client, urls) for name, urls in addresses().items()})
        return figures


def audit_times(rows):
    """Return what the report costs in a clinic of its own, whose chain is as long as that."""
    clinic = Clinic.objects.create(name="Audit Example", phone="+1", emergency_number="112", opening_hours="8 to 18")
    lead = Person.objects.create_user("audit@demo.example", name="Audit Example (lead)", is_demonstration=True)
    Membership.objects.create(person=lead, clinic=clinic, role="lead")
    return audit_size.times(lead, audit_size.fill(clinic, rows))


def addresses():
    """Return the addresses of each page; find is tried with words spread over the alphabet."""
    plan = Plan.objects.signed().select_related("case").first()
    return {
        "bare Django view": [BARE],
        "signed in, no record": [reverse("clinic:preferences")],
        "today": [reverse("clinic:today")],
        "today, a page further": [next_of(reverse("clinic:today"))],
        "today, one kind (worst)": [f"{reverse('clinic:today')}?kind={kind}" for kind in KINDS],
        "find (worst of 20 words)": [f"{reverse('clinic:find')}?name={word}" for word in WORDS],
        "case page": [reverse("clinic:case", args=[plan.case_id])],
        "plan page": [reverse("rehab:plan", args=[plan.case_id])],
    }


def next_of(today):
    """Return the address of the page that follows the first one of today's list."""
    clinician = Person.objects.get(email=demo.STAFF[0][0])
    _, after = worklist(clinician)
    return f"{today}?{urlencode({'after': json.dumps(key_words(after))})}" if after else today


def compared(pages):
    """Add to each page how many times a signed-in page that shows no record it costs."""
    one = pages["signed in, no record"]["cpu_ms_p50"]
    return {
        name: {**figures, "times_signed_in": round(figures["cpu_ms_p50"] / one, 1)} for name, figures in pages.items()
    }


def worst(client, urls):
    """Return the figures of the dearest address."""
    return max((figures_of(client, url) for url in urls), key=lambda figures: figures["cpu_ms_p50"])


def figures_of(client, url):
    """Return queries (session and person included), server CPU in ms, and kB of one address."""
    if url == BARE:
        client = Client(headers=HTTPS)  # nobody is signed in there
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(url)
    asked = len(queries)  # now: the next request empties the list
    if answer.status_code != 200:
        raise CommandError(f"{url} answered {answer.status_code}")
    times = []
    for _ in range(ROUNDS if "=" not in url else 5):
        start = time.process_time()
        client.get(url)
        times.append((time.process_time() - start) * 1000)
    return {
        "queries": asked,
        "cpu_ms_p50": round(statistics.median(times), 2),
        "cpu_ms_p95": round(sorted(times)[int(len(times) * 0.95)], 2),
        "html_kb": round(len(answer.content) / 1024, 1),
    }


def grow_to(size):
    """Fill the demonstration clinic with plainly made-up patients, one open case each."""
    clinic, by, now = Clinic.objects.get(name=demo.CLINIC), Person.objects.first(), timezone.now()
    have = Patient.objects.count()
    for start in range(have, size, BATCH):
        numbers = range(start, min(start + BATCH, size))
        patients = Patient.objects.bulk_create(made_up(number, clinic, by, now) for number in numbers)
        cases = Case.objects.bulk_create(
            Case(
                clinic=clinic,
                patient=patient,
                side="left",
                attention=number % 6,
                next_step="Examine",
                opened_at=now - timedelta(minutes=number),
                opened_by=by,
            )
            for number, patient in zip(numbers, patients, strict=True)
        )
        Task.objects.bulk_create(
            task for number, case in zip(numbers, cases, strict=True) for task in tasks_of(number, case, by, now)
        )


def tasks_of(number, case, by, now):
    """Yield what waits for a made-up runner: nothing for two of three, up to three tasks for the others."""
    for turn, code in enumerate(TASKS):
        if number % (3 + 4 * turn) == 0:
            is_alarm = code == "red_flag" and number % 500 == 0
            due = now + timedelta(minutes=number % 5_000 - 500)
            told = {"text": code.replace("_", " "), "due": due, "is_alarm": is_alarm, "level": "D" if is_alarm else ""}
            yield Task(clinic_id=case.clinic_id, case=case, code=code, opened_at=now, opened_by=by, **told)


def made_up(number, clinic, by, now):
    """Return an unsaved patient whose name is built from syllables."""
    surname = ONSETS[number % 18] + MIDDLES[number // 18 % 10] + ENDS[number // 180 % 15] + ENDS[number // 2700 % 15]
    given = ONSETS[number // 7 % 18] + MIDDLES[number // 3 % 10]
    return Patient(
        clinic=clinic,
        given_name=given,
        surname=surname,
        given_key=search_key(given),
        surname_key=search_key(surname),
        birth_date=date(1950, 1, 1) + timedelta(days=number % 20_000),
        sex="female",
        registered_at=now,
        registered_by=by,
    )


def table_of(report):
    """Return the figures as a table for people."""
    lines = [f"whole decision: {report['decision_cpu_ms']}", ""]
    lines.append(f"{'patients':>9}  {'page':26} {'queries':>7} {'CPU ms p50':>10} {'p95':>8} {'kB':>6} {'times':>6}")
    for size, pages in report["pages"].items():
        for name, f in pages.items():
            lines.append(
                f"{int(size):>9,}  {name:26} {f['queries']:>7} {f['cpu_ms_p50']:>10}"
                f" {f['cpu_ms_p95']:>8} {f['html_kb']:>6} {f['times_signed_in']:>6}"
            )
    carried = "{patients:,} patients, {rows:,} rows: {backup_s} s to back up, {restore_s} s to restore, {archive_mb} MB"
    lines += ["", carried.format_map(report["restore"])]
    lines += ["", f"{'lines':>11}  {'report of the audit':46} {'shown':>5} {'first page ms':>13} {'far page ms':>11}"]
    for size, filters in report["audit"].items():
        for name, f in filters.items():
            lines.append(f"{int(size):>11,}  {name:46} {f['lines']:>5} {f['first_ms']:>13} {f['far_ms']:>11}")
    return "\n".join(lines)
