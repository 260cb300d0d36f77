"""The house checks its own arrows: imports run downwards, and thinking files only think."""

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Who may know whom.  "triage.gate" stands for that module and everything below it.
MAY_IMPORT = {
    "clinic": ("clinic",),
    "triage": ("triage", "clinic"),
    "rehab": (
        "rehab",
        "clinic",
        "triage.gate",
        "triage.decision",
        "triage.models",
        "triage.actions",
        "triage.facts",
        "triage.knowledge",
    ),
    "config": ("config", "clinic"),
}

# What a thinking file may import besides the standard library.
PURE = {
    "clinic/terms.py": (),
    "triage/rules": ("clinic.terms", "triage.rules"),
    "triage/decision.py": ("clinic.terms", "triage.rules"),
    "rehab/rules": ("clinic.terms", "rehab.rules"),
    "rehab/decision.py": ("clinic.terms", "rehab.rules", "triage.decision"),
    "rehab/casefile.py": ("clinic.terms",),
    "rehab/charts": ("rehab.charts",),
    "rehab/figures": ("clinic.terms", "rehab.rules", "rehab.figures", "rehab.knowledge"),
}

# The standard library can also read a clock, a file, the dice or the network.
IMPURE_MODULES = {"io", "os", "pathlib", "random", "secrets", "socket", "subprocess", "tempfile", "time", "urllib"}
IMPURE_CALLS = {"open", "input", "print", "now", "today", "utcnow", "eval", "exec", "read_text", "write_text"}

# The rooms of an app, lowest first: a room may use its own level and what stands below it.
FLOORS = (
    ("terms", "ids", "units", "clock", "pictures"),
    ("tables", "language"),
    ("phrases",),
    ("rules",),
    ("decision", "casefile"),
    ("knowledge",),
    ("charts", "figures", "histories", "models", "written"),
    ("words", "topics"),
    ("links",),
    ("access", "audit", "triggers", "whose"),
    ("examined", "facts", "history", "runs"),
    ("entry", "followed", "growing", "leaving", "oversight"),
    ("gate",),
    ("actions", "factors", "feeds", "invitations"),
    ("forms",),
    ("mail",),
    ("alarms", "background", "consents"),
    (
        "adminrecord",
        "asked",
        "backup",
        "changes",
        "conflict",
        "erasure",
        "glass",
        "context",
        "editing",
        "emergency",
        "entrance",
        "find",
        "onrecord",
        "pages",
        "sessions",
        "portability",
        "presentation",
        "resets",
        "tidying",
        "windows",
        "wordings",
        "worklist",
    ),
    ("mine",),
    ("paper", "noticing", "reminding"),
    ("views", "templatetags"),
    ("signins",),
    ("urls", "admin", "management", "apps", "checks"),
)


def imports_of(path):
    """Yield every name a file imports, in full: "triage.rules.scores.Verdict"."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write the full name, not a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def python_files(where):
    """Return the file, or every Python file below the folder, migrations left out."""
    target = ROOT / where
    files = [target] if target.is_file() else sorted(target.rglob("*.py"))
    return [path for path in files if "migrations" not in path.parts]


def is_below(name, rooms):
    """Return whether a dotted name is one of these modules or stands inside one."""
    return any(f"{name}.".startswith(f"{room}.") for room in rooms)


def wrong_arrows(app, names):
    """Return the imports of one app that run upwards, sideways, or into another app's private rooms."""
    ours = (*MAY_IMPORT, "tests")
    return [n for n in names if n.split(".")[0] in ours and not is_below(n, MAY_IMPORT[app])]


def impure_imports(allowed, names):
    """Return what a thinking file imports besides plain Python and its own rooms."""
    return [
        n
        for n in names
        if not is_below(n, allowed)
        and (n.split(".")[0] not in sys.stdlib_module_names or n.split(".")[0] in IMPURE_MODULES)
    ]


def impure_calls(source):
    """Return calls by which plain Python reads a clock, a file or a person."""
    calls = (node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    names = (f.id if isinstance(f, ast.Name) else f.attr if isinstance(f, ast.Attribute) else "" for f in calls)
    return [name for name in names if name in IMPURE_CALLS]


def floor_of(room):
    """Return how high a room stands in its app; a room without a floor is unknown."""
    return next((level for level, rooms in enumerate(FLOORS) if room in rooms), None)


def room_of(path):
    """Return the room of a file: clinic/models/people.py stands in "models"."""
    parts = path.relative_to(ROOT).parts
    return parts[1].removesuffix(".py")


@pytest.mark.parametrize("app", MAY_IMPORT)
def test_apps_import_only_downwards(app):
    for path in python_files(app):
        assert not wrong_arrows(app, imports_of(path)), path


@pytest.mark.parametrize("where", PURE)
def test_thinking_files_are_plain_python(where):
    files = python_files(where)
    assert files, f"{where} is gone: the table names a room that does not exist"
    for path in files:
        assert not impure_imports(PURE[where], imports_of(path)), path
        assert not impure_calls(path.read_text()), path


@pytest.mark.parametrize("app", ["clinic", "triage", "rehab"])
def test_inside_an_app_the_rooms_lean_on_the_floors_below(app):
    for path in python_files(app):
        room = room_of(path)
        if room == "__init__":
            continue
        assert floor_of(room) is not None, (
            f"{path}: a new room needs its floor in this table and its line in the README"
        )
        for name in imports_of(path):
            parts = name.split(".")
            if parts[0] == app and len(parts) > 1 and floor_of(parts[1]) is not None:
                assert floor_of(parts[1]) <= floor_of(room), f"{path} imports {name}"


def test_nobody_imports_the_settings_directly():
    for app in ("clinic", "triage", "rehab"):
        for path in python_files(app):
            assert not [n for n in imports_of(path) if n.split(".")[0] == "config"], path


@pytest.mark.parametrize(
    ("app", "name"),
    [
        ("clinic", "triage.models.Screening"),
        ("triage", "rehab.models.Plan"),
        ("triage", "config.settings"),
        ("rehab", "triage.rules.scores"),
        ("rehab", "triage.forms.Screening"),
        ("rehab", "triage.views"),
        ("rehab", "triage.gatehouse"),
    ],
)
def test_a_planted_upward_arrow_is_seen(app, name):
    assert wrong_arrows(app, [name]) == [name]


@pytest.mark.parametrize(
    "name",
    [
        "django.db.models",
        "clinic.models",
        "clinic.termsheet",
        "triage.knowledge.triage_knowledge",
        "rehab.rules.needs",
        "uuid_utils",
        "time",
        "random.choice",
    ],
)
def test_a_planted_impurity_is_seen(name):
    assert impure_imports(PURE["triage/rules"], [name]) == [name]


@pytest.mark.parametrize("line", ["date.today()", "timezone.now()", "open('x')", "print(1)", "path.read_text()"])
def test_a_planted_look_at_the_world_is_seen(line):
    assert impure_calls(line)


def uncalled(room, texts):
    """Return the public functions of a room of rules that no other line of the product names."""
    found = []
    for path in python_files(room):
        for node in ast.parse(texts[path]).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                name = re.compile(rf"\b{node.name}\b")
                own = len(name.findall(texts[path])) > 1
                many = rf"\([^)]*?\b{node.name}\b"
                imported = re.compile(rf"from {dotted(path)} import (?:[^()\n]*?\b{node.name}\b|{many})")
                if not own and not any(imported.search(text) for other, text in texts.items() if other != path):
                    found.append(f"{path.relative_to(ROOT)}: {node.name}")
    return found


def dotted(path):
    """Return the full name of a module: rehab/rules/due.py is "rehab.rules.due"."""
    return re.escape(".".join(path.relative_to(ROOT).with_suffix("").parts))


@pytest.mark.parametrize("room", ["triage/rules", "rehab/rules"])
def test_every_rule_has_somebody_who_asks_it(room):
    texts = {path: path.read_text() for app in ("clinic", "triage", "rehab") for path in python_files(app)}
    assert uncalled(room, texts) == []


def test_a_planted_rule_that_nobody_asks_is_seen():
    texts = {path: path.read_text() for app in ("clinic", "triage", "rehab") for path in python_files(app)}
    path = ROOT / "rehab/rules/load.py"
    texts[path] += "\n\ndef never_asked():\n    pass\n"
    assert uncalled("rehab/rules", texts) == ["rehab/rules/load.py: never_asked"]
