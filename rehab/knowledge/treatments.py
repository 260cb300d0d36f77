"""Reads treatments.toml: the treatments, the columns of conditions, and what each cell says."""

from pathlib import Path
from types import MappingProxyType

from clinic.tables import Checker, Entry, read_table
from rehab.rules.catalogue import Treatment, TreatmentCell, TreatmentColumn, Verdict

HERE = Path(__file__).resolve().parent
VERDICTS = tuple(verdict.value for verdict in Verdict)


def load_treatments(checker: Checker, folder: Path = HERE):
    """Return (treatments, columns) by code."""
    table = read_table(folder / "treatments.toml", checker)
    columns = {column.code: column for column in map(_column, table.children("column"))}
    treatments = {found.code: found for found in (_treatment(e, columns) for e in table.children("treatment"))}
    table.finish()
    return MappingProxyType(treatments), MappingProxyType(columns)


def _column(entry: Entry) -> TreatmentColumn:
    column = TreatmentColumn(
        code=entry.code(),
        label=entry.must_text("label"),
        facts=frozenset(entry.words("facts")),
        rows=frozenset(entry.words("rows")),
        causes=frozenset(entry.words("causes")),
        within_onset_hours=entry.whole("within_onset_hours", required=False),
        need_answer=frozenset(entry.words("need_answer")),
        need_answer_if=frozenset(entry.words("need_answer_if", required=False)),
        cause_lifted_by=entry.word("cause_lifted_by", required=False),
        source=entry.sources(),
        mark=entry.mark(),
    )
    entry.finish()
    return column


def _treatment(entry: Entry, columns) -> Treatment:
    cells = {cell.column: cell for cell in (_cell(e, columns) for e in entry.children("cell", name_key="column"))}
    treatment = Treatment(
        code=entry.code(),
        name=entry.must_text("name"),
        offered_for=entry.words("offered_for"),
        cells=MappingProxyType(cells),
        evidence=entry.text("evidence", required=False),
        first_line=entry.flag("first_line"),
        source=entry.sources(),
        mark=entry.mark(),
    )
    entry.finish()
    return treatment


def _cell(entry: Entry, columns) -> TreatmentCell:
    otherwise = entry.word("otherwise", required=False, choices=VERDICTS)
    cell = TreatmentCell(
        column=entry.word("column", choices=tuple(columns)),
        verdict=_verdict(entry.word("verdict", choices=VERDICTS)),
        qualifier=entry.text("qualifier", required=False),
        otherwise=_verdict(otherwise) if otherwise else None,
        from_gestation_weeks=entry.whole("from_gestation_weeks", required=False),
        within_hours=entry.whole("within_hours", required=False),
        unless_clot_excluded_by_imaging=entry.flag("unless_clot_excluded_by_imaging"),
        source=entry.sources(),
        mark=entry.mark(),
    )
    entry.finish()
    return cell


def _verdict(word: str) -> Verdict:
    """Return the verdict; a wrong word was reported already and counts as forbidden."""
    return Verdict(word) if word in VERDICTS else Verdict.FORBIDDEN
