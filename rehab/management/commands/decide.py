"""Decide one case from a file: triage, causes, plan and treatments as one JSON object.  Stores nothing."""

import json
import os
import sys
from pathlib import Path

from django.core.management.base import BaseCommand

from clinic.tables import knowledge_version
from rehab.casefile import CaseFileError, read_case
from rehab.decision import plan_decision, plan_json, reason_json, treatment_decision
from rehab.knowledge import rehab_knowledge
from rehab.management.codebook import vocabulary
from triage.decision import triage_decision
from triage.knowledge import triage_knowledge

BAD_INPUT = 2


class Command(BaseCommand):
    """``decide CASE.json`` or ``decide -`` for standard input; exit status 2 with one line on bad input."""

    help = "Print what the rules say of one case as JSON.  Nothing is stored."
    requires_system_checks = ()

    def add_arguments(self, parser):
        """Take the file, or "-"."""
        parser.add_argument("case", help="a JSON file, or - for standard input")

    def handle(self, *args, **options):
        """Read, decide, print; every fault of the input is one line on standard error."""
        try:
            case_file = read_case(parsed(read_text(options["case"])), vocabulary())
        except CaseFileError as error:
            self.stderr.write(" ".join(str(error).split()), self.style.NOTICE)
            sys.exit(BAD_INPUT)
        try:
            self.stdout.write(json.dumps(decision(case_file), indent=2, ensure_ascii=False))
            self.stdout.flush()
        except BrokenPipeError:
            # The reader went away (``| head``): stop without a traceback, also when Python flushes at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def read_text(name):
    """Return the text of a file, or of standard input for "-"."""
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return raw.decode("utf-8-sig")
    except OSError as error:
        raise CaseFileError(f"{name}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CaseFileError(f"{name}: is not UTF-8 text") from error


def parsed(text):
    """Return the JSON value; a key written twice and a number that is none are errors too."""
    try:
        return json.loads(text, object_pairs_hook=_no_key_twice, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise CaseFileError(f"malformed JSON: {error.msg} at line {error.lineno} column {error.colno}") from error
    except RecursionError as error:
        raise CaseFileError("malformed JSON: nested too deeply") from error
    except ValueError as error:
        raise CaseFileError(f"malformed JSON: {error}") from error


def _no_key_twice(pairs):
    found = {}
    for key, value in pairs:
        if key in found:
            raise CaseFileError(f"{key[:60]!r}: written twice in one object")
        found[key] = value
    return found


def _no_number(name):
    raise CaseFileError(f"{name} is not a number")


def decision(case_file):
    """Return the whole decision on one case as plain JSON values."""
    facts, known = case_file.facts, knowledge_version()
    triage = triage_decision(facts, triage_knowledge())
    plan = plan_decision(facts, triage, rehab_knowledge())
    treatments = treatment_decision(facts, triage, rehab_knowledge())
    return {
        "knowledge": {"version": known.version, "sha256": known.sha256},
        **triage_json(triage),
        "plan": plan_json(plan, words=False),
        "treatments": {
            code: {"verdict": judged.verdict, "because": [reason_json(reason) for reason in judged.because]}
            for code, judged in treatments.items()
        },
        "assumed": list(case_file.assumed),
    }


def triage_json(triage):
    """Return what triage decided: level, Wells, ranked causes and what to test next."""
    wells, ranking = triage.wells, triage.causes
    return {
        "triage": {
            "level": triage.level,
            "complete": triage.complete,
            "d_hold": triage.d_hold,
            "reasons": [reason_json(reason) for reason in triage.reasons],
            "forbidden": list(triage.forbidden),
            "missing": list(triage.missing),
        },
        "wells": {
            "points": wells.points,
            "points_without_w10": wells.points_without_w10,
            "two_level": wells.two_level,
            "missing": list(wells.missing),
        },
        "causes": [
            {
                "code": cause.code,
                "score": cause.score,
                "shown_because": cause.shown_because,
                "findings": [{"code": f.code, "weight": f.weight, "source": f.source} for f in cause.findings],
            }
            for cause in ranking.causes
        ],
        "undifferentiated": ranking.undifferentiated,
        "test_next": list(ranking.test_next),
    }
