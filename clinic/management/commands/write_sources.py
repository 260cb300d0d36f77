"""Writes docs/sources.md from the list of sources, so that the page and the data cannot part."""

from django.core.management.base import BaseCommand

from clinic.tables import ROOT, sources

PAGE = ROOT / "docs" / "sources.md"
HEAD = """# Sources

Written by `python manage.py write_sources` from `clinic/knowledge/sources.toml`; do not edit by hand.
Besides these, an entry may name a seed statement (S1.1 to S1.67, S2.1 to S2.33, N1 to N7; see
[seeds](seeds.md)), `CONV` (a convention of this clinic) or `GK` (general knowledge): the last two wait for
the confirmation of the clinic's lead.

| Key | Title | Date | Reference |
|---|---|---|---|
"""


def sources_page() -> str:
    """Return the page: one row for each source key, in the order of the list."""
    rows = (
        f"| {source.key} | {_cell(source.title)} | {source.date} | {_cell(source.reference)} |\n"
        for source in sources().values()
    )
    return HEAD + "".join(rows)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


class Command(BaseCommand):
    help = "Write docs/sources.md from clinic/knowledge/sources.toml."

    def handle(self, *args: object, **options: object) -> None:
        PAGE.write_text(sources_page(), encoding="utf-8")
        self.stdout.write(f"{len(sources())} sources written to docs/sources.md")
