"""Guards instead of promises: sizes, migrations, signatures, and what templates may not hold."""

import ast
import re
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent
APPS = ("clinic", "triage", "rehab")

# Moments that no person causes, or that the row's own owner causes.
NOBODY_BY = {
    **{f"clinic.FailedWork.{name}_at": "the worker's own clock" for name in ("enqueued", "started", "finished")},
    "clinic.Draft.updated_at": "the draft's own person types it",
    **{
        f"triage.Notice.{name}_at": "the clock, or whoever the stop beside it names" for name in ("opened", "withdrawn")
    },
}

OF_NO_RUNNER = ("factors.Authenticator",)  # one's own sign-in: no record of a runner


def product_files():
    """Return every Python file of the product: no tests, no generated migrations."""
    files = (path for app in (*APPS, "config") for path in sorted((ROOT / app).rglob("*.py")))
    return [path for path in files if "migrations" not in path.parts]


def functions_of(path):
    """Yield each function of a file with its length in lines."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node, node.end_lineno - node.lineno + 1


def templates():
    """Return every template of the product."""
    return sorted((ROOT / "templates").rglob("*.html"))


def where(paths):
    """Name files as a reader would: from the root of the project."""
    return [str(path.relative_to(ROOT)) for path in paths]


@pytest.mark.django_db
def test_no_migration_is_missing():
    out = StringIO()
    call_command("makemigrations", "--check", "--dry-run", stdout=out)
    assert "No changes detected" in out.getvalue()


def test_no_module_is_longer_than_350_lines():
    assert where(p for p in product_files() if len(p.read_text().splitlines()) > 350) == []


def test_no_function_is_longer_than_50_lines():
    long = [
        f"{path.name}:{node.name} {size}" for path in product_files() for node, size in functions_of(path) if size > 50
    ]
    assert long == []


def test_a_view_makes_its_four_moves_in_25_lines():
    views = [p for p in product_files() if "views" in p.parts or p.name == "views.py"]
    long = [
        f"{path.relative_to(ROOT)}:{node.name} {size}"
        for path in views
        for node, size in functions_of(path)
        if node.args.args and node.args.args[0].arg == "request" and size > 25
    ]
    assert long == []


def test_views_fetch_only_what_the_person_may_see():
    views = [p for p in product_files() if "views" in p.parts or p.name == "views.py"]
    by_manager = r"\.objects\.(?!visible_to|none\b)\w+|_(?:default|base)_manager\b"
    by_class = rf"get_(?:object|list)_or_404\(\s*(?!(?:{'|'.join(OF_NO_RUNNER)})\b)(?:\w+\.)*[A-Z]\w*\s*[,)]"
    loose = re.compile(f"{by_manager}|{by_class}")
    found = [f"{p.relative_to(ROOT)}: {m.group()}" for p in views for m in loose.finditer(p.read_text())]
    assert found == []


# Outside the views rows are fetched for a request in the admin and for the runner's own pages.  Each question says
# whose rows it wants: in the admin those of the clinics of who asks, in the runner's pages those of the case or the
# runner that ``rehab.mine.frame`` found by ``visible_to``.
NARROWS = ("visible_to", "treated_by", "in_window", "clinics_administered", "clinics_signed_in", "people_looked_after")
OF_A_RECORD = {"case", "case__in", "patient", "plan__case", "session__case"}
MANAGERS = ("objects", "_default_manager", "_base_manager")
FETCHED_ALL_THE_SAME = {
    "clinic/windows.py": {
        "super().get_queryset(request, exclude_parameters)": "a list, which begins with the rows of its window",
        "type(row).history.model.objects.filter(**{row._meta.pk.attname: row.pk})": "row was found by get_queryset",
    },
    "rehab/wordings.py": {
        "Wording.objects.filter(exercise=code, clinic__in=clinics).values_list('clinic', 'pk')": (
            "clinics are those of clinics_worded_by, one line above"
        ),
        "Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)": "clinic was chosen among clinics_worded_by",
        "Exercise.objects.filter(is_offered=True)": "the catalogue, of no runner",
    },
}
OF_EVERY_CLINIC = {  # tables of the admin that show everybody the same rows
    "rehab.Exercise": "the catalogue, of no runner",
    "clinic.FailedWork": "names of tasks and kinds of faults, of no runner",
}


def expressions(text):
    """Yield (expression, what it stands in) for every question that a module puts to the database, as text."""
    tree = ast.parse(text)
    above = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        by_super = isinstance(node, ast.Attribute) and ast.unparse(node) == "super().get_queryset"
        if by_super or (isinstance(node, ast.Attribute) and node.attr in MANAGERS):
            while isinstance(above[node], ast.Attribute) or (
                isinstance(above[node], ast.Call) and above[node].func is node
            ):
                node = above[node]
            around = node
            while by_super and not isinstance(around, ast.FunctionDef):
                around = above[around]
            yield node, around if by_super else above[node]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("get_object_or_404", "get_list_or_404")):
            yield node, node


def of_anybody_in_the_admin(text):
    """Return the questions that no clinic of who asks narrows."""
    asked = [(ast.unparse(node), ast.unparse(around)) for node, around in expressions(text)]
    return [node for node, around in asked if not any(f"{name}(" in node + around for name in NARROWS)]


def of_anybody_in_ones_own_pages(text):
    """Return the questions that neither a case, nor a runner, nor ``visible_to`` narrows."""
    loose = []
    for node, _ in expressions(text):
        named = {word.arg for call in ast.walk(node) if isinstance(call, ast.Call) for word in call.keywords}
        if not named & OF_A_RECORD and not any(f"{name}(" in ast.unparse(node) for name in NARROWS):
            loose.append(ast.unparse(node))
    return loose


ROOMS = {
    of_anybody_in_the_admin: ("*/admin.py", "*/windows.py", "*/wordings.py", "clinic/signins.py"),
    of_anybody_in_ones_own_pages: ("rehab/mine/**/*.py",),
}


@pytest.mark.parametrize("rule", ROOMS)
def test_rows_are_fetched_for_a_request_by_whose_they_are(rule):
    files = [
        path for room in ROOMS[rule] for path in sorted(ROOT.glob(room)) if path.relative_to(ROOT).parts[0] in APPS
    ]
    assert len(files) > 5
    found = {(str(path.relative_to(ROOT)), asked) for path in files for asked in rule(path.read_text())}
    assert {row for row in found if row[1] not in FETCHED_ALL_THE_SAME.get(row[0], ())} == set()


def test_what_is_fetched_all_the_same_is_still_there():
    there = {name: of_anybody_in_the_admin((ROOT / name).read_text()) for name in FETCHED_ALL_THE_SAME}
    assert {name: set(asked) for name, asked in there.items()} == {
        name: set(named) for name, named in FETCHED_ALL_THE_SAME.items()
    }


@pytest.mark.parametrize(
    ("rule", "sample"),
    [
        (of_anybody_in_the_admin, "def get_queryset(self, request):\n    return super().get_queryset(request)"),
        (of_anybody_in_the_admin, "rows = Patient.objects.all()"),
        (of_anybody_in_the_admin, "kept(Case.objects, request.user)"),
        (of_anybody_in_the_admin, "row = models.Case._base_manager.get(pk=key)"),
        (of_anybody_in_the_admin, "row = get_object_or_404(Case, pk=key)"),
        (of_anybody_in_ones_own_pages, "log = SessionLog.objects.get(pk=key)"),
        (of_anybody_in_ones_own_pages, "logs = SessionLog.objects.current().filter(day=today)"),
        (of_anybody_in_ones_own_pages, "row = get_object_or_404(SessionLog, pk=key)"),
        (of_anybody_in_ones_own_pages, "row = SessionLog._default_manager.filter(pk=key).first()"),
    ],
)
def test_a_question_for_anybodys_rows_is_seen(rule, sample):
    assert rule(sample) != []


def shows_every_row(window):
    """Return whether a table of the admin is as Django shows it: all of it, to everybody."""
    return type(window).get_queryset.__module__.startswith("django.")


def test_every_table_of_the_admin_says_whose_rows_it_shows():
    everything = {model._meta.label for model, window in admin.site._registry.items() if shows_every_row(window)}
    assert everything == set(OF_EVERY_CLINIC)
    assert shows_every_row(admin.ModelAdmin(apps.get_model("clinic.Case"), admin.site))


def test_the_admin_stays_small_and_the_settings_readable():
    for app in APPS:
        assert len((ROOT / app / "admin.py").read_text().splitlines()) <= 120, app
    for name in ("databases", "environment", "settings", "signing_in", "transport"):
        assert len((ROOT / f"config/{name}.py").read_text().splitlines()) <= 150, name


def test_every_moment_says_who():
    missing = []
    for model in (m for app in APPS for m in apps.get_app_config(app).get_models()):
        names = {f.name for f in model._meta.get_fields()}
        for name in sorted(n for n in names if n.endswith("_at")):
            label = f"{model._meta.label}.{name}"
            if f"{name[:-3]}_by" not in names and label not in NOBODY_BY:
                missing.append(label)
    assert missing == []


def test_no_clinical_row_can_be_guessed_by_number():
    by_number = [
        m._meta.label
        for app in APPS
        for m in apps.get_app_config(app).get_models()
        if m._meta.pk.get_internal_type() not in ("UUIDField", "CharField", "SlugField", "OneToOneField")
    ]
    assert by_number == []


def test_templates_are_short():
    assert where(p for p in templates() if len(p.read_text().splitlines()) >= 120) == []


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("another host", r"""(src|href)\s*=\s*["'](https?:)?//"""),
        ("an inline script", r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>"),
        ("an inline style", r"<style\b|\sstyle\s*="),
        ("an inline handler", r"""\son[a-z]+\s*=\s*["']"""),
    ],
)
def test_no_template_holds(what, pattern):
    found = [str(p.relative_to(ROOT)) for p in templates() if re.search(pattern, p.read_text(), re.IGNORECASE)]
    assert found == [], what


def test_every_fragment_says_what_it_wants():
    fragments = [p for p in templates() if p.name.startswith("_") or p.parent.name == "components"]
    silent = [p for p in fragments if not p.read_text().lstrip().startswith("{#")]
    assert where(silent) == []


def test_no_unfinished_work_is_left():
    unfinished = re.compile(r"\b(TODO|FIXME|XXX)\b|NotImplementedError|pytest\.mark\.(skip|xfail)")
    files = [*product_files(), *templates(), *sorted((ROOT / "tests").rglob("*.py"))]
    found = [p for p in files if p != Path(__file__).resolve() and unfinished.search(p.read_text())]
    assert where(found) == []
