"""Everything held about a runner, on paper: the tables of the JSON file in words, with units, in their language."""

from itertools import islice
from pathlib import Path

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinic.language import language_for
from clinic.paper import pdf
from clinic.portability import Names, exported_tables
from rehab.mine.held import in_words, title_of

HELD = Path(__file__).parent / "held.typ"
MOST_ROWS = 1000  # of one table: a book of them helps nobody, and the JSON file has them all


def held(patient, at) -> bytes:
    """Return what is held about a runner as a PDF, in the language they read."""
    language = language_for(patient)
    with translation.override(language):
        return pdf(HELD, held_data(patient, at), _("Everything we hold about you"), language)


def held_data(patient, at) -> dict:
    """Return every table that has rows, in the language that is spoken now, as JSON can hold it."""
    names = Names(patient)
    tables = [_table(table, patient, names) for table in exported_tables()]
    return {
        "runner": str(patient),
        "as_of": _("As of {moment}.").format(moment=date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT")),
        "about": _("Keys and figures that only machines need stand in the JSON file."),
        "page": _("Page"),
        "tables": [table for table in tables if table["rows"]],
    }


def _table(table, patient, names):
    rows = list(islice(table.rows(patient), MOST_ROWS + 1))
    cut = len(rows) > MOST_ROWS
    shown = [in_words(table, row, names) for row in rows[:MOST_ROWS]]
    note = _("The first {many}; all of them stand in the JSON file.").format(many=MOST_ROWS) if cut else ""
    return {"title": title_of(table), "note": note, "rows": [row for row in shown if row]}
