# The developer's whole vocabulary: setup, run, test, check, bench.
# Only Python 3.11 or newer has to be there; everything else goes into .venv.

PYTHON ?= python3
VENV   := .venv
PY     := $(VENV)/bin/python
PORT   ?= 8000

# A stamp per content of the locked requirements: unchanged requirements cost nothing.
RUN_STAMP := $(VENV)/installed-run-$(shell cat requirements.lock | cksum | cut -d' ' -f1)
DEV_STAMP := $(VENV)/installed-dev-$(shell cat requirements-dev.lock | cksum | cut -d' ' -f1)
# What only looks at the packages has an environment of its own.
TOOLS       := build/tools
TOOLS_STAMP := $(TOOLS)/installed-$(shell cat requirements-tools.lock | cksum | cut -d' ' -f1)
# A package whose content is not the one that was locked is refused, and so is one that nobody locked.
INSTALL := -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes
CHECK   := -m pip --disable-pip-version-check check

.PHONY: help setup run test drills check bench fuzz lighthouse texts lock sbom advisories scan

help:
	@echo "make setup   create .venv and install what runs in production"
	@echo "make run     everything, up to the sign-in page on http://localhost:$(PORT)"
	@echo "make test    every test, browser journeys included"
	@echo "make drills  kill the server, the database and the disk under load, on the engine of DATABASE_URL"
	@echo "make check   format, lint, types of the rules, migrations, deployment settings"
	@echo "make texts   compile the Spanish texts after editing locale/es/LC_MESSAGES/django.po"
	@echo "make lock    the requirements with the hashes of their files, after editing them"
	@echo "make sbom    the bill of materials of what runs in production: build/sbom.json"
	@echo "make advisories   what is publicly known against the pinned packages, where that can be asked"
	@echo "make fuzz    10,000 malformed requests to every address that takes a form; hours"
	@echo "make bench   decision time, page costs, restore and the report of the audit, as a table and JSON;"
	@echo "             AUDIT_ROWS=10000000 make bench for ten million lines of the audit: 7 GB, ten minutes more"
	@echo "make lighthouse   the runner's page of today as a slow phone gets it; needs Node"

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Stridewell needs Python 3.11 or newer; try: make $(MAKECMDGOALS) PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	  || { echo "Python's venv module is missing; on Debian: apt-get install python3-venv"; rm -rf $(VENV); exit 1; }

$(RUN_STAMP): | $(PY)
	$(PY) $(INSTALL) -r requirements.lock
	@$(PY) $(CHECK)
	@touch $@

$(DEV_STAMP): | $(RUN_STAMP)
	$(PY) $(INSTALL) -r requirements-dev.lock
	@$(PY) $(CHECK)
	@touch $@

$(TOOLS_STAMP):
	@$(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/python $(INSTALL) -r requirements-tools.lock
	@$(TOOLS)/bin/python $(CHECK)
	@touch $@

setup: $(RUN_STAMP)

# A link in a mail opens the server that runs here.
run: export CLINIC_URL ?= http://localhost:$(PORT)
run: setup
	@$(PY) manage.py migrate --verbosity 0
	@$(PY) manage.py sync_catalogue
	@$(PY) manage.py seed_demo
	@echo "Stridewell is on http://localhost:$(PORT)  (stop it with Ctrl-C)"
	@$(PY) manage.py deliver_alarms --loop 60 & beside=$$!; \
	  $(PY) manage.py review --loop 3600 & beside="$$beside $$!"; \
	  $(PY) manage.py remind --loop 300 & beside="$$beside $$!"; \
	  $(PY) manage.py db_worker --interval 2 --no-reload --verbosity 0 & beside="$$beside $$!"; \
	  $(PY) manage.py tidy --loop 3600 & beside="$$beside $$!"; \
	  $(PY) manage.py runserver --noreload 127.0.0.1:$(PORT) & server=$$!; \
	  trap 'kill $$server $$beside 2>/dev/null' EXIT; trap 'exit 130' INT TERM; \
	  wait $$server

test: $(DEV_STAMP)
	$(PY) -m pytest -n auto --dist loadfile -m "not timing and not drill"
	$(PY) -m pytest -m timing
	$(PY) -m pytest -m drill tests/drills

drills: $(DEV_STAMP)
	$(PY) -m pytest -m drill tests/drills

check: $(DEV_STAMP)
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m djlint --lint --quiet templates
	$(PY) -m mypy
	$(PY) manage.py makemigrations --check --dry-run
	CLINIC_DEBUG=no CLINIC_DEMO=no CLINIC_HOSTS=clinic.invalid CLINIC_MAIL_URL=smtp://mail.invalid \
	  CLINIC_AUDIT_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(64))') \
	  CLINIC_SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(64))') \
	  $(PY) manage.py check --deploy --fail-level WARNING

texts: $(DEV_STAMP)
	$(PY) -c "import polib; f = 'locale/es/LC_MESSAGES/django'; polib.pofile(f + '.po').save_as_mofile(f + '.mo')"

# After editing a requirements file: the same versions with the hash of each of their files, for every machine we run on.
LOCKING := compile --quiet --universal --no-deps --generate-hashes --no-annotate --no-header --python-version 3.11
lock: $(TOOLS_STAMP)
	for name in requirements requirements-dev requirements-tools; do \
	  $(TOOLS)/bin/uv pip $(LOCKING) $$name.txt --output-file $$name.lock || exit 1; done

sbom: $(TOOLS_STAMP)
	$(TOOLS)/bin/cyclonedx-py requirements --output-reproducible --output-file build/sbom.json requirements.lock

# pip-audit ends well also where nobody answered it, so what it wrote is read by us.
advisories: $(TOOLS_STAMP)
	@rm -f build/advisories.json; $(TOOLS)/bin/pip-audit --disable-pip --require-hashes --requirement requirements-dev.lock \
	  --format json --output build/advisories.json --progress-spinner off --timeout 5 >/dev/null 2>&1; \
	  $(TOOLS)/bin/python tests/advisories.py build/advisories.json

# wapiti brings 75 packages of its own, which never stand beside the product's.
SCAN := build/scan
$(SCAN)/bin/wapiti:
	@$(PYTHON) -m venv $(SCAN)
	$(SCAN)/bin/python -m pip install --quiet --disable-pip-version-check wapiti3==3.2.3

SECONDS_EACH ?= 600
scan: $(DEV_STAMP) $(SCAN)/bin/wapiti
	@$(PY) -m tests.wapiti $(SCAN)/bin/wapiti $(SECONDS_EACH)

AUDIT_ROWS ?= 1000000
bench: $(DEV_STAMP)
	@DATABASE_URL=$${DATABASE_URL:-postgres://postgres@127.0.0.1:5432/stridewell} $(PY) manage.py bench \
	  --audit-rows $(AUDIT_ROWS)

fuzz: $(DEV_STAMP)
	FUZZ_EACH=10000 $(PY) -m pytest -n auto --dist load -q tests/attacks/test_fuzz.py

lighthouse: $(DEV_STAMP)
	@$(PY) -m tests.lighthouse
