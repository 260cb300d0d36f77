"""Print every code the product knows, as a table or as JSON."""

import json
import os
import sys

from django.core.management.base import BaseCommand

from rehab.management.codebook import code_list

COLUMNS = ("code", "kind", "row", "unit", "values", "label_en", "source")
WIDEST = 60


class Command(BaseCommand):
    """``codes`` for people, ``codes --json`` for programs."""

    help = "Print every code with its kind, label, unit, allowed values and source."
    requires_system_checks = ()

    def add_arguments(self, parser):
        """Take ``--json`` and ``--kind``."""
        parser.add_argument("--json", action="store_true", help="a list of objects instead of a table")
        parser.add_argument("--kind", help="only this kind, for example exercise")

    def handle(self, *args, **options):
        """Print the list; stop quietly when the reader goes away."""
        entries = [code.as_json() for code in code_list() if options["kind"] in (None, code.kind)]
        text = json.dumps(entries, indent=1, ensure_ascii=False) if options["json"] else table(entries)
        try:
            self.stdout.write(text)
            self.stdout.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def table(entries):
    """Return the entries as lines of aligned columns, long texts cut."""
    rows = [COLUMNS, *(tuple(_cell(entry[column]) for column in COLUMNS) for entry in entries)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(COLUMNS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _cell(value):
    text = "|".join(value) if isinstance(value, list) else value
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1]}…"
