"""The reader of the knowledge files refuses what is not whole, and names file, entry and key."""

import hashlib

import pytest

from clinic.management.commands.write_sources import PAGE, sources_page
from clinic.tables import (
    Checker,
    KnowledgeError,
    knowledge_version,
    marked_entries,
    read_table,
    source_keys,
    sources,
)

# The keys of the specification's list of sources, in its order.
KEYS = """
NG158 PATHW W03 W97 THE11 SAR12 ZAL17 TL16 PCN-PE BOAST DON14 MAF98 BOYD15 DRO NHSH RCEM BMJBP-CES GLOS BMJ20
MTSSNO KAH15 BSI-K ACC19 ACC20 GAU17 MAHE15 MTB24 CG147 BMJCR23 PHLEB PED90 LIN20 THI ORTHOV DIE12 HOM GP17
GRE22 SMU DIX09 SIB-S BAL14 TL06 NSI13 OLDQ EAMC22 NAMTPT PTT WIN18 MSD LANG16 SHZ MON23 MCG99 MAT CHEN03 SRA
PP-BS BUT16 GSU26 FMS FRT13 APTEI FRE14 RAM14 VIG16 BMC21 SLS21 BAU14 CHI12 WBLT26 SEARCH-DF HL17 HHP HRET
ONE19 HHP-S RED08 SPA15 BEN12 REP14 LAN16 FPN FS16 JEB15 LYG16 HEI BD23 MCG-BIG3 DBUG MH-LEWIT CON15 PLO23
EMG14 ARC PAL ALF98 RAD06 STR-TRIAL STR24 MWM04 KON22 FR21 TAD20 IJCS BMCP20 ILL10 TEN14 SPE01 SIL07 BIM ACH
FIT TRI23 CIN RW NIE14 BUI08 BJSM25 FAR01 SAL04 ABB14 RM BIN99 NORM17 UWRI19 NEL20 SIB-U VISA01
"""

GOOD = """
[[thing]]
code = "one"
label_en = "Hold for 5 s"
label_es = "Mantener 5 s"
hold = 5
unit = "s"
source = ["NG158", "S1.30"]
"""


def read(tmp_path, content):
    """Read a small file as a loader does and return every fault."""
    path = tmp_path / "things.toml"
    path.write_text(content, encoding="utf-8")
    checker = Checker(sources=frozenset({"NG158"}))
    table = read_table(path, checker)
    for entry in table.children("thing"):
        entry.code()
        entry.must_text("label")
        entry.quantity("hold", ("s", "min"))
        entry.sources()
        entry.mark()
        entry.finish()
    table.finish()
    return checker


def test_a_whole_file_has_no_fault(tmp_path):
    checker = read(tmp_path, GOOD)
    checker.raise_problems()
    assert checker.problems == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('code = "one"', 'code = "one"\ncolour = "red"', "things.toml: thing one: colour: unknown key"),
        ('unit = "s"', "", "things.toml: thing one: hold: number without unit"),
        ('unit = "s"', 'unit = "kg"', "things.toml: thing one: hold: unit 'kg' is none of s, min"),
        ('source = ["NG158", "S1.30"]', "", "things.toml: thing one: source: missing"),
        ('source = ["NG158", "S1.30"]', "source = []", "things.toml: thing one: source: missing"),
        ('"NG158", ', '"NG999", ', "things.toml: thing one: source: unknown source 'NG999'"),
        ("S1.30", "S1.68", "things.toml: thing one: source: unknown source 'S1.68'"),
        ('label_es = "Mantener 5 s"', "", "things.toml: thing one: label_es: missing"),
        ('label_en = "Hold for 5 s"', "", "things.toml: thing one: label_en: missing"),
        ('"Mantener 5 s"', '""', "things.toml: thing one: label_es: empty"),
        ("hold = 5", 'hold = "5"', "things.toml: thing one: hold: must be a number, not '5'"),
        ("hold = 5", "hold = true", "things.toml: thing one: hold: must be a number, not True"),
        ('code = "one"', 'code = "one"\nmark = "SURE"', "things.toml: thing one: mark: 'SURE' is none of CONV, GK"),
    ],
)
def test_a_fault_names_file_entry_and_key(tmp_path, old, new, fault):
    assert read(tmp_path, GOOD.replace(old, new)).problems == [fault]


def test_a_code_may_stand_once(tmp_path):
    assert read(tmp_path, GOOD + GOOD).problems == ["things.toml: thing one: code: duplicate code"]


def test_every_fault_is_told_at_once(tmp_path):
    broken = GOOD.replace('unit = "s"', "").replace('label_es = "Mantener 5 s"', "") + "[extra]\na = 1\n"
    with pytest.raises(KnowledgeError) as refused:
        read(tmp_path, broken).raise_problems()
    assert len(refused.value.problems) == 3
    assert str(refused.value).count("\n") == 2


def test_a_file_that_is_no_toml_is_refused_by_name(tmp_path):
    assert read(tmp_path, "[[thing").problems[0].startswith("things.toml: file: -: cannot be read")


def knowledge_tree(root, words="calm"):
    folder = root / "triage" / "knowledge"
    folder.mkdir(parents=True)
    (folder / "version.toml").write_text('date = "2026-11-23"\n', encoding="utf-8")
    (folder / "words.toml").write_text(f'word = "{words}"\n', encoding="utf-8")
    return root


def test_one_changed_letter_changes_the_version(tmp_path):
    calm, loud = knowledge_tree(tmp_path / "a"), knowledge_tree(tmp_path / "b", words="calk")
    assert knowledge_version(calm).sha256 != knowledge_version(loud).sha256


def test_the_version_is_the_day_and_the_checksum_over_names_and_contents(tmp_path):
    root = knowledge_tree(tmp_path)
    digest = hashlib.sha256()
    for name in ("version", "words"):
        path = root / "triage" / "knowledge" / f"{name}.toml"
        digest.update(f"triage/knowledge/{name}.toml".encode() + b"\0" + path.read_bytes() + b"\0")
    found = knowledge_version(root)
    assert found.sha256 == digest.hexdigest()
    assert found.version == f"2026-11-23+{digest.hexdigest()[:8]}"


def test_a_version_without_a_real_day_is_refused(tmp_path):
    root = knowledge_tree(tmp_path)
    (root / "triage" / "knowledge" / "version.toml").write_text('date = "soon"\n', encoding="utf-8")
    with pytest.raises(KnowledgeError, match="'soon' is not a date"):
        knowledge_version(root)


def test_every_source_has_a_title_a_date_and_a_reference():
    assert set(KEYS.split()) | {"CONV", "GK"} == source_keys()
    assert all(source.title and source.date and source.reference for source in sources().values())


def test_the_page_of_sources_is_true():
    page = PAGE.read_text(encoding="utf-8")
    assert page == sources_page()
    assert [key for key in KEYS.split() if f"| {key} |" not in page] == []


def test_lines_that_end_otherwise_are_the_same_knowledge(tmp_path):
    here, there = knowledge_tree(tmp_path / "a"), knowledge_tree(tmp_path / "b")
    for path in there.rglob("*.toml"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert knowledge_version(here) == knowledge_version(there)


def test_a_broken_list_of_sources_hides_no_other_fault(tmp_path):
    path = tmp_path / "things.toml"
    path.write_text(GOOD.replace('unit = "s"', ""), encoding="utf-8")
    checker = Checker(sources=frozenset())
    [entry] = read_table(path, checker).children("thing")
    entry.quantity("hold", ("s",))
    entry.sources()
    assert checker.problems == ["things.toml: thing one: hold: number without unit"]


def test_a_mark_on_one_value_is_listed_for_the_lead(tmp_path):
    folder = tmp_path / "triage" / "knowledge"
    folder.mkdir(parents=True)
    (folder / "t.toml").write_text('[[test]]\ncode = "A"\nmarks = { mean = "GK" }\nmean = 3\n', encoding="utf-8")
    assert [(e.name, e.mark) for e in marked_entries(tmp_path)] == [("A: mean", "GK")]
