"""The running product under wapiti, as ``make scan`` runs it: as nobody, as a runner and as a clinician.

The product runs as at work: gunicorn over TLS with a certificate made for the occasion, on a scratch database with the
invented runners; nothing leaves this machine.  What is found must stand in docs/scan.md with its reason, or it fails.
"""

import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from pathlib import Path
from ssl import CERT_NONE, create_default_context

from tests.lighthouse import free_port, manage

ROOT = Path(__file__).resolve().parent.parent
WHO = {"nobody": None, "runner": "runner6@demo.example", "clinician": "clinician@demo.example"}
# Those that need no server elsewhere and no list of other products.
LOOKED_FOR = "backup,cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,ldap,methods,permanentxss,redirect,"
LOOKED_FOR += "shellshock,sql,timesql,upload,xss"
LEAVES = ("accounts/logout/", "admin/logout/")  # the scan would be nobody from there on
SIGN_IN = """
from django.conf import settings
from django.test import Client
from clinic.models import Person
client = Client()
client.force_login(Person.objects.get(email="{email}"))
print("SESSION", client.cookies[settings.SESSION_COOKIE_NAME].value)
"""
ROW = re.compile(r"^\| (?!Finding |---)([^|]+) \| `([^`]+)` \| ([^|]+) \|$", re.MULTILINE)


def accepted():
    """Return [(finding, pattern of its address)] of what docs/scan.md explains."""
    return [(what.strip(), re.compile(where)) for what, where, _ in ROW.findall((ROOT / "docs/scan.md").read_text())]


def unexplained(report, known):
    """Return {finding: {addresses}} of a report of wapiti's that stand in no row of ``known``."""
    found = {}
    for part in ("vulnerabilities", "anomalies"):
        for what, rows in report.get(part, {}).items():
            for row in rows:
                where = f"{row['method']} {row['path'].partition('?')[0]}"
                if not any(what == name and pattern.search(where) for name, pattern in known):
                    found.setdefault(what, set()).add(f"{where} ({row.get('parameter') or '-'}): {row['info'][:160]}")
    return found


def a_certificate(folder):
    """Make a key and a certificate of this machine's own name."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-keyout", f"{folder}/key.pem", "-out", f"{folder}/cert.pem"], check=True, capture_output=True,
    )  # fmt: skip
    return ["--keyfile", f"{folder}/key.pem", "--certfile", f"{folder}/cert.pem"]


def at_work(folder):
    """Return the environment of a server at work that shows invented runners."""
    told = {"CLINIC_DEBUG": "no", "CLINIC_DEMO": "yes", "CLINIC_HOSTS": "127.0.0.1"}
    told |= {f"CLINIC_{name}_KEY": secrets.token_urlsafe(64) for name in ("SECRET", "AUDIT")}
    told |= {"CLINIC_MAIL_URL": "smtp://127.0.0.1:9", "DATABASE_URL": f"sqlite:///{folder}/scratch.sqlite3"}
    return os.environ | told


def cookies(settings, email, folder):
    """Return the options that sign the scan in, by a file with its cookie."""
    if not email:
        return []
    told = manage(settings, "shell", "--no-imports", "-c", SIGN_IN.format(email=email))
    session = next(line.split()[1] for line in told.splitlines() if line.startswith("SESSION"))
    kept = {"value": session, "expires": None, "secure": True, "port": None, "version": 0}
    path = Path(folder) / "cookies.json"
    path.write_text(json.dumps({"127.0.0.1": {"/": {"__Host-session": kept}}}))
    return ["--cookie", str(path)]


def scanned(wapiti, address, options, folder, seconds):
    """Return the report of one scan, which crawls for a third of its time and attacks for the rest."""
    report = Path(folder) / "report.json"
    a_module = seconds * 2 // 3 // len(LOOKED_FOR.split(","))
    left_out = [option for path in LEAVES for option in ("--exclude", f"{address}{path}")]
    subprocess.run(
        [wapiti, "--url", address, "--scope", "domain", "--module", LOOKED_FOR, *options, *left_out,
         "--start", f"{address}me/", "--start", f"{address}patients/", "--start", f"{address}emergency/",
         "--skip", "csrfmiddlewaretoken", "--verify-ssl", "0", "--flush-session", "--no-bugreport", "--tasks", "4",
         "--max-scan-time", str(seconds // 3), "--max-attack-time", str(a_module), "--max-links-per-page", "60",
         "--store-session", f"{folder}/seen", "--store-config", f"{folder}/known",
         "--format", "json", "--output", str(report)],
        timeout=seconds * 2, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    return json.loads(report.read_text())


def serve(settings, folder):
    """Return (the server, its address), once it answers."""
    for command in ("migrate", "sync_catalogue", "seed_demo"):
        manage(settings, command)
    manage(settings, "collectstatic", "--noinput")
    port = free_port()
    words = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "4"]
    with open(f"{folder}/server.log", "w") as log:
        server = subprocess.Popen([*words, "--workers", "2", *a_certificate(folder)], env=settings, stderr=log)
    unproven = create_default_context()
    unproven.check_hostname, unproven.verify_mode = False, CERT_NONE
    until = time.monotonic() + 120
    while True:
        try:
            urllib.request.urlopen(f"https://127.0.0.1:{port}/healthz", timeout=5, context=unproven)
            return server, f"https://127.0.0.1:{port}/"
        except OSError:
            if server.poll() is not None or time.monotonic() > until:
                server.kill()
                raise
            time.sleep(0.5)


def faults_of(folder):
    """Return the server's own faults, {(message, (kind, last place) ...): how often}, and how many requests it had."""
    lines = [json.loads(line) for line in Path(f"{folder}/server.log").read_text().splitlines() if line[:1] == "{"]
    faults = (line for line in lines if line["logger"] == "django.request" and line["level"] == "ERROR")
    told = ((line["message"], *((part["kind"], *part["at"][-1:]) for part in line.get("fault", ()))) for line in faults)
    return Counter(told), sum(line["logger"] == "clinic.requests" for line in lines)


def main(wapiti, seconds=600):
    """Print what each scan found; return 1 where something is not explained."""
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        settings = at_work(folder)
        server, address = serve(settings, folder)
        try:
            for who, email in WHO.items():
                own = Path(folder) / who  # the scan's own notes: one that goes on writing must not lock the next one's
                own.mkdir()
                report = scanned(wapiti, address, cookies(settings, email, own), own, int(seconds))
                found = unexplained(report, accepted())
                known = {what: len(rows) for what, rows in report["vulnerabilities"].items() if rows}
                print(f"{who}: {report['infos'].get('crawled_pages_nbr', '?')} pages, found {known or 'nothing'}")
                for what, rows in found.items():
                    failed = True
                    print(f"  NOT EXPLAINED {what}:", *sorted(rows)[:20], sep="\n    ")
        finally:
            server.terminate()
            server.wait(timeout=30)
        faults, lines = faults_of(folder)
    print(f"{lines} requests in the server's log, faults of its own: {dict(faults) or 'none'}")
    return int(failed or bool(faults))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
