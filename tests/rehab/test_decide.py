"""The command ``decide``: the shape of its answer, its errors, and that it stores nothing."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command

from rehab.casefile import CaseFileError, read_case
from rehab.management.codebook import vocabulary
from tests.rehab.worked import PCS, case_json
from tests.timing import pace

ROOT = Path(__file__).resolve().parents[2]


def decide(path, **changes):
    """Run the command in this process on a file and return its answer."""
    path.write_text(json.dumps(case_json(**changes)))
    out = io.StringIO()
    call_command("decide", str(path), stdout=out)
    return json.loads(out.getvalue())


def run(*arguments, given=None):
    """Run the command as a person would; return (exit status, standard output, lines on standard error)."""
    done = subprocess.run(
        [sys.executable, "manage.py", "decide", *arguments],
        input=given,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        check=False,
    )
    return done.returncode, done.stdout, done.stderr.strip().splitlines()


@pytest.fixture
def case_file(tmp_path):
    return tmp_path / "case.json"


def test_the_answer_has_exactly_the_agreed_shape(case_file):
    answer = decide(case_file, failed=["core_ext", "core_rot_left"])

    assert list(answer) == [
        "knowledge",
        "triage",
        "wells",
        "causes",
        "undifferentiated",
        "test_next",
        "plan",
        "treatments",
        "assumed",
    ]
    assert set(answer["knowledge"]) == {"version", "sha256"}
    assert set(answer["triage"]) == {"level", "complete", "d_hold", "reasons", "forbidden", "missing"}
    assert set(answer["wells"]) == {"points", "points_without_w10", "two_level", "missing"}
    assert list(answer["plan"]) == [
        "status",
        "reasons",
        "exercises",
        "ask_first",
        "uncovered",
        "add_ons",
        "dropped",
        "next_block",
    ]
    (bird_dog,) = answer["plan"]["exercises"]
    assert (set(bird_dog), bird_dog["code"], bird_dog["start_level"]) == (
        {"code", "start_level", "because"},
        "BIRD_DOG",
        1,
    )
    assert all(set(because) == {"rule", "need", "source"} for because in bird_dog["because"])
    assert {because["need"] for because in bird_dog["because"]} == {"core_ext", "core_rot_left"}
    for judged in answer["treatments"].values():
        assert set(judged) == {"verdict", "because"}
        assert judged["verdict"] in ("ok", "reason_needed", "forbidden")


def test_the_wildcards_are_echoed(case_file):
    assert decide(case_file)["assumed"] == ["screening: * = absent", "wells: * = absent", "findings: * = absent"]


def test_drops_and_questions_have_their_shape(case_file):
    plan = decide(case_file, **PCS, blocked=["SUPERMAN"])["plan"]
    assert [(drop["code"], drop["substitute"]) for drop in plan["dropped"]] == [("SUPERMAN", "BIRD_DOG")]

    asked = decide(case_file, failed=["soleus_str"], patient={"onset_days": None})["plan"]["ask_first"]
    assert {"question", "frees"} == set(asked[0])
    assert "BENT_KNEE_HEEL_RAISE" in asked[0]["frees"]


def test_causes_carry_their_working(case_file):
    causes = decide(case_file, findings={"squeeze_positive": "present"})["causes"]
    rupture = next(cause for cause in causes if cause["code"] == "ACHILLES_RUPTURE")

    assert set(rupture) == {"code", "score", "shown_because", "findings"}
    assert all(set(finding) == {"code", "weight", "source"} for finding in rupture["findings"])


def test_only_a_patient_is_needed_and_silence_is_never_calm(case_file):
    case_file.write_text('{"patient": {}}')
    out = io.StringIO()
    call_command("decide", str(case_file), stdout=out)
    answer = json.loads(out.getvalue())

    assert (answer["triage"]["level"], answer["triage"]["d_hold"], answer["triage"]["complete"]) == ("D", True, False)
    assert (answer["plan"]["status"], answer["plan"]["exercises"], answer["plan"]["add_ons"]) == ("no_plan", [], [])
    assert {judged["verdict"] for judged in answer["treatments"].values()} == {"forbidden"}
    assert answer["assumed"] == []


def test_the_same_input_gives_the_same_words(case_file):
    changes = {"failed": ["core_ext", "hip_abd", "soleus_str"], "findings": {"loading_event": "present"}}

    assert decide(case_file, **changes) == decide(case_file, **changes)


@pytest.mark.django_db
def test_nothing_is_stored(case_file):
    decide(case_file, failed=["core_ext"])

    ours = [model for app in ("clinic", "triage", "rehab") for model in apps.get_app_config(app).get_models()]
    assert [model for model in ours if model.objects.exists()] == []


def test_no_database_is_needed(case_file):
    """This test carries no database mark: a query would fail it."""
    assert decide(case_file)["plan"]["status"] == "plan"


def test_standard_input_is_read_for_a_dash():
    status, out, errors = run("-", given=json.dumps(case_json(failed=["core_ext"])))

    assert (status, errors) == (0, [])
    assert json.loads(out)["plan"]["exercises"][0]["code"] == "BIRD_DOG"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("{", "malformed JSON"),
        ("[]", "case"),
        ("", "malformed JSON"),
        ('{"patient": {}, "patient": {}}', "patient"),
        ('{"patient": {"age_years": NaN}}', "NaN"),
        ('{"patient": {"age_years": "x"}}', "patient.age_years"),
        ('{"patient": {}, "screening": {"nope\\nnext": "absent"}}', "screening.nope"),
        ('{"patient": {}, "wells": {"w10": "present"}}', "w10_reason"),
        ("[" * 100_000, "malformed JSON"),
    ],
)
def test_a_bad_input_is_one_line_on_standard_error_and_status_two(text, names):
    status, out, errors = run("-", given=text)

    assert (status, out, len(errors)) == (2, "", 1)
    assert names in errors[0]


def test_a_missing_file_is_named():
    status, out, errors = run("no-such-case.json")

    assert (status, out, len(errors)) == (2, "", 1)
    assert "no-such-case.json" in errors[0]


def test_a_reader_that_leaves_early_sees_no_traceback(case_file):
    case_file.write_text(json.dumps(case_json()))
    done = subprocess.run(
        f"{sys.executable} manage.py decide {case_file} | head -c 1",
        shell=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )

    assert (done.stdout, done.stderr) == ("{", "")


# --- codes --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def all_codes():
    out = io.StringIO()
    call_command("codes", "--json", stdout=out)
    return json.loads(out.getvalue())


KINDS = ["question", "sign", "risk", "wells", "finding", "test", "need", "cause"]
KINDS += ["exercise", "treatment", "level", "equipment"]


def test_every_code_is_listed_once_with_all_its_columns(all_codes):
    columns = {"code", "kind", "row", "label_en", "label_es", "unit", "values", "source"}

    assert all(set(entry) == columns for entry in all_codes)
    assert all(entry["label_en"] and entry["label_es"] for entry in all_codes)
    assert len({entry["code"] for entry in all_codes}) == len(all_codes)
    assert {entry["kind"] for entry in all_codes} == set(KINDS)


def test_every_need_cause_exercise_and_treatment_is_there(all_codes):
    by_kind = {kind: {entry["code"] for entry in all_codes if entry["kind"] == kind} for kind in KINDS}

    assert len(by_kind["exercise"]) == 32
    assert {f"w{number}" for number in range(1, 11)} == by_kind["wells"]
    assert {"core_flex", "core_rot_left", "core_rot_right", "gait_cadence", "trigger_point"} <= by_kind["need"]
    assert {"PCS", "SOLEUS", "DVT", "TIGHTNESS"} <= by_kind["cause"]
    assert {"ART", "DEEP_MASSAGE", "SURGERY"} <= by_kind["treatment"]
    assert {"band", "barbell", "step", "ball"} <= by_kind["equipment"]


# The needs as the issue names them.
NAMED_NEEDS = """core_flex core_ext core_lat_left core_lat_right core_rot_left core_rot_right hip_ext hip_abd hip_er
hip_flexor_len sls gastroc_str soleus_str gastroc_len soleus_len ankle_df foot_arch gait_cadence trigger_point"""


def test_every_listed_code_is_accepted_where_it_belongs(all_codes):
    by_kind = {kind: [entry["code"] for entry in all_codes if entry["kind"] == kind] for kind in KINDS}
    screened = by_kind["question"] + by_kind["sign"] + by_kind["risk"]
    case = {
        "patient": {},
        "screening": dict.fromkeys(screened, "absent"),
        "wells": dict.fromkeys(by_kind["wells"], "absent"),
        "findings": dict.fromkeys(by_kind["finding"], "present"),
        "failed": [*by_kind["need"], *NAMED_NEEDS.split()],
        "equipment": by_kind["equipment"],
        "blocked": by_kind["exercise"],
    }
    found = read_case(case, vocabulary()).facts

    assert len(found.answers) == len(screened) + 9 + len(by_kind["finding"])
    assert set(NAMED_NEEDS.split()) <= set(found.failed)
    for cause in by_kind["cause"]:
        assert read_case({"patient": {}, "diagnosis": cause}, vocabulary()).facts.diagnosis == cause


def test_every_test_takes_both_ends_of_its_range_and_nothing_beyond():
    for code, shape in vocabulary().tests.items():
        for side in shape.sides:
            entry = {"test": code, "side": side, "unit": shape.unit}
            for value in (shape.low, shape.high):
                assert read_case({"patient": {}, "measurements": [entry | {"value": value}]}, vocabulary())
            for value in (shape.low - 0.1, shape.high + 0.1):
                with pytest.raises(CaseFileError, match=r"measurements\[0\].value"):
                    read_case({"patient": {}, "measurements": [entry | {"value": value}]}, vocabulary())


def test_every_contraindication_can_be_answered(all_codes):
    from rehab.knowledge import rehab_knowledge

    answerable = {e["code"] for e in all_codes if e["kind"] in ("question", "sign", "risk", "wells", "finding")}
    asked = {c.code for exercise in rehab_knowledge().exercises.values() for c in exercise.contraindications}

    assert asked <= answerable


def test_the_list_reads_as_a_table():
    out = io.StringIO()
    call_command("codes", stdout=out)

    assert "BIRD_DOG" in out.getvalue()
    assert len(out.getvalue().splitlines()) > 200


@pytest.mark.timing
def test_a_whole_decision_costs_at_most_two_milliseconds():
    """Measured in a process of its own, so that neither coverage nor another test is timed with it.

    Held is what the code itself costs; the median of a busy machine is printed by ``make bench``.
    """
    tries = [_decision_times()]
    while tries[-1]["quiet_ms"] > 2.0 and len(tries) < 3:  # a neighbour may have had the processor throughout
        tries.append(_decision_times())
    found = min(tries, key=lambda run: run["quiet_ms"])

    assert found["decisions"] >= 1000
    assert found["quiet_ms"] / pace() <= found["bound_ms"] == 2.0


def _decision_times():
    done = subprocess.run(
        [sys.executable, "manage.py", "bench_decide"], capture_output=True, text=True, cwd=ROOT, check=True
    )
    return json.loads(done.stdout)
