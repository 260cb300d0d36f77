"""What no line of the product may do.  Each rule is shown a sample of what it forbids, and must see it.

What is allowed in one place is named here with its reason; whoever needs another place says why.
"""

import ast
import re

import pytest
from django.test import Client

from tests.test_guards import ROOT, product_files, templates
from tests.world import every_route

SECRETS_ARE_NOT_DRAWN_HERE = "rehab/management/simulation/"  # invented runners
MARKUP_OF_OUR_OWN = {
    "clinic/language.py": "a knowledge text with its English beside it: both through format_html",
    "rehab/charts/canvas.py": "a drawing: every word in it is escaped as it is written",
}
SQL_OF_OUR_OWN = {
    "clinic/triggers.py": "what the apps register while they load",
    "clinic/erasure.py": "names of our tables",
    "clinic/tidying.py": "names of our table and columns",
    "clinic/backup/engines.py": "names of our tables",
    "clinic/management/commands/grant_access.py": "names of our tables, and of a role that is letters and digits",
}
SHARED_REGISTRIES = {
    "clinic/actions.py": "filled while the apps load",
    "clinic/erasure.py": "filled while the apps load",
    "clinic/tidying.py": "filled while the apps load",
    "triage/actions/examinations.py": "filled while the apps load",
}
SENT_BY_A_MAIL_PROGRAM = {"rehab/views/reminders.py": "the one tap of RFC 8058: the key in its address stands for it"}
SIGNS_IN = ("sign_in", "sign_in_by_password", "perform_password_login")
WHERE_PEOPLE_COME_IN = {
    "clinic/entrance.py": "where every way in ends",
    "rehab/management/commands/bench.py": "an invented clinician, in a database made for it",
    "clinic/views/entrance.py": "who tapped on their link, and who gave their password",
}
RUNS_SQL = ("execute", "executemany", "executescript")
DRAWN_BY_THE_SERVER = {"rehab/static/rehab/shell.js": "the questions of the knowledge, kept for a phone without a net"}


def imported(node):
    """Return the modules that an import brings in."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


def called(node):
    """Return the last name of what is called: ``extra`` of ``rows.extra(...)``; empty where nothing is called."""
    if not isinstance(node, ast.Call):
        return ""
    return getattr(node.func, "attr", None) or getattr(node.func, "id", "")


def code_from_data(node):
    modules = {name.split(".")[0] for name in imported(node)}
    bare = (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("eval", "exec", "compile")
    )
    return bare or bool(modules & {"pickle", "marshal", "shelve", "dill", "yaml", "cloudpickle"})


def a_shell(node):
    shell = isinstance(node, ast.Call) and any(
        k.arg == "shell" and k.value != ast.Constant(False) for k in node.keywords
    )
    return shell or called(node) in ("system", "popen", "getoutput", "getstatusoutput")


def markup_of_data(node):
    if isinstance(node, ast.FunctionDef) and node.name == "__html__":
        return True
    known = {"mark_safe", "SafeString", "SafeText", "html_safe"}
    built = called(node) == "format_html" and not isinstance(node.args[0], ast.Constant)
    return built or bool(known & {name.rpartition(".")[2] for name in imported(node)}) or called(node) in known


def own_sql(node):
    """What the ORM is told past itself, and SQL that does not stand in the line as a fixed text."""
    runs = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in RUNS_SQL
    built = runs and not (node.args and isinstance(node.args[0], ast.Constant))
    return built or called(node) in ("raw", "extra", "RawSQL") or any("RawSQL" in name for name in imported(node))


def undefused_xml(node):
    harmless = ("xml.sax.saxutils", "xml.sax.saxutils.")
    return any(
        name.split(".")[0] in ("xml", "lxml", "xmltodict", "bs4") and not name.startswith(harmless)
        for name in imported(node)
    )


def no_token_of_a_form(node):
    return any("csrf_exempt" in name for name in imported(node)) or called(node) == "csrf_exempt"


def weak_random(node):
    return any(name.split(".")[0] in ("random", "numpy") for name in imported(node)) or called(node) == "uuid1"


def shared_state(node):
    """A middleware and a module live as long as the server: what is written on them, the next person meets."""
    if isinstance(node, ast.Global):
        return True
    if isinstance(node, ast.Module):
        return any(isinstance(kept, ast.Assign) and empty(kept.value) for kept in node.body)
    if not isinstance(node, ast.ClassDef):
        return False
    methods = {part.name: part for part in node.body if isinstance(part, ast.FunctionDef)}
    start = methods.pop("__init__", None)
    if not start or "get_response" not in {arg.arg for arg in start.args.args}:
        return False
    return any(writes_on_itself(part) for method in methods.values() for part in ast.walk(method)) or any(
        isinstance(part, ast.Assign) and empty(part.value) for part in node.body
    )


def empty(value):
    """Return whether a value is a container with nothing in it yet, or a thread's own."""
    bare = isinstance(value, ast.Dict | ast.List) and not (value.keys if isinstance(value, ast.Dict) else value.elts)
    return bare or (called(value) in ("dict", "list", "set", "defaultdict", "local", "deque") and not value.args)


def writes_on_itself(node):
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return any(
        isinstance(target, ast.Attribute) and getattr(target.value, "id", "") in ("self", "cls") for target in targets
    )


def somebody_else(node):
    """What puts a person into a session or a request: only who showed who they are is put there."""
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    keyed = [ast.unparse(target.slice) for target in targets if isinstance(target, ast.Subscript)]
    is_request = any(isinstance(t, ast.Attribute) and ast.unparse(t).endswith("request.user") for t in targets)
    is_key = any(key in ("SESSION_KEY", "'_auth_user_id'", "HASH_SESSION_KEY", "BACKEND_SESSION_KEY") for key in keyed)
    return is_request or is_key or called(node) in ("login", "force_login", "perform_login", *SIGNS_IN)


# rule: (what it looks at, where it may be so)
RULES = {
    code_from_data: (),
    a_shell: (),
    markup_of_data: MARKUP_OF_OUR_OWN,
    own_sql: SQL_OF_OUR_OWN,
    undefused_xml: (),
    no_token_of_a_form: SENT_BY_A_MAIL_PROGRAM,
    weak_random: (SECRETS_ARE_NOT_DRAWN_HERE,),
    somebody_else: WHERE_PEOPLE_COME_IN,
    shared_state: SHARED_REGISTRIES,
}
SAMPLES = {
    code_from_data: ["import pickle", "from marshal import loads", "eval(asked)", "exec(asked)", "import yaml"],
    a_shell: ["subprocess.run(asked, shell=True)", "os.system(asked)"],
    markup_of_data: [
        "from django.utils.safestring import mark_safe",
        "safestring.mark_safe(name)",
        "format_html(name)",
        "format_html(f'<b>{name}</b>')",
        "class Name(str):\n    def __html__(self):\n        return self",
    ],
    own_sql: [
        "Case.objects.raw(asked)",
        "rows.extra(where=[asked])",
        "from django.db.models.expressions import RawSQL",
        "rows.annotate(x=RawSQL(asked, []))",
        "cursor.execute(asked)",
        "cursor.execute(f'SELECT {asked}')",
        "cursor.executemany('SELECT ' + asked, [])",
    ],
    undefused_xml: [
        "import xml.etree.ElementTree as tree",
        "from xml.dom import minidom",
        "from lxml import etree",
        "from xml import sax",
    ],
    no_token_of_a_form: [
        "from django.views.decorators.csrf import csrf_exempt",
        "@csrf.csrf_exempt\ndef view(request): ...",
        "view = csrf.csrf_exempt(view)",
    ],
    somebody_else: [
        "login(request, person)",
        "auth.login(request, person)",
        "django.contrib.auth.login(request, person)",
        "sign_in(request, other)",
        "flows.perform_login(request, login)",
        "sign_in_by_password(request, other)",
        "request.user = other",
        "self.request.user = other",
        "request.session[SESSION_KEY] = other.pk",
        "request.session['_auth_user_id'] = other.pk",
    ],
    weak_random: ["import random", "from random import choice", "import numpy.random", "key = uuid.uuid1()"],
    shared_state: [
        "seen = {}",
        "kept = threading.local()",
        "def view(request):\n    global person\n    person = request.user",
        "class M:\n    def __init__(self, get_response): ...\n    def __call__(self, request):\n        self.user = 1",
        "class M:\n    seen = []\n    def __init__(self, get_response): ...",
    ],
}


def found(rule, text):
    """Return the lines of a Python text in which a rule sees what it forbids."""
    nodes = list(ast.walk(ast.parse(text)))
    decorators = [name for node in nodes for name in getattr(node, "decorator_list", ())]
    as_calls = [ast.Call(name, [], [], lineno=name.lineno) for name in decorators]
    return [getattr(node, "lineno", 1) for node in [*nodes, *as_calls] if rule(node)]


@pytest.mark.parametrize(("rule", "sample"), [(rule, text) for rule, texts in SAMPLES.items() for text in texts])
def test_each_rule_sees_what_it_forbids(rule, sample):
    assert found(rule, sample) != []


@pytest.mark.parametrize("rule", RULES)
def test_no_line_of_the_product_does_it(rule):
    broken, used = {}, set()
    for path in [*product_files(), ROOT / "manage.py"]:
        name, lines = str(path.relative_to(ROOT)), found(rule, path.read_text())
        allowed = [place for place in RULES[rule] if name.startswith(place)]
        used |= set(allowed if lines else ())
        if lines and not allowed:
            broken[name] = lines
    assert broken == {}
    assert used == set(RULES[rule]), "allowed, and not needed any more"


# --- Templates and scripts ---------------------------------------------------------------------

UNESCAPED = re.compile(r"\|\s*safe(seq)?\b|autoescape\s+off")
CODE_FROM_TEXT = re.compile(
    r"\.(inner|outer)HTML\s*\+?=|insertAdjacentHTML|document\.write|\beval\(|new Function"
    r"""|srcdoc|createContextualFragment|set(Timeout|Interval)\(\s*["'`]"""
)


@pytest.mark.parametrize("sample", ["{{ name|safe }}", "{{ names | safeseq }}", "{% autoescape off %}"])
def test_unescaped_words_in_a_template_are_seen(sample):
    assert UNESCAPED.search(sample)


def test_every_template_escapes_what_it_is_given():
    """A mail is plain text, where "&" stays "&" and nothing can be a tag; all else is a page."""
    assert [str(path.relative_to(ROOT)) for path in templates() if UNESCAPED.search(path.read_text())] == []


@pytest.mark.parametrize(
    "sample",
    ["place.innerHTML = name", "a.outerHTML += b", "a.insertAdjacentHTML('x', b)", "eval(x)", "new Function(x)",
     "document.write(x)", "setTimeout('x()', 5)"],
)  # fmt: skip
def test_code_made_from_text_in_a_script_is_seen(sample):
    assert CODE_FROM_TEXT.search(sample)


def test_no_script_makes_code_or_markup_from_text():
    scripts = [path for app in ("clinic", "triage", "rehab") for path in (ROOT / app).rglob("static/**/*.js")]
    made = {str(path.relative_to(ROOT)) for path in scripts if CODE_FROM_TEXT.search(path.read_text())}
    assert scripts and made == set(DRAWN_BY_THE_SERVER)


# --- Nothing that sets up (C25) ----------------------------------------------------------------

SETS_UP = re.compile(
    r"set-?up|install|init|migrat|seed|debug|phpinfo|console|shell|bootstrap/?$|first-?run", re.IGNORECASE
)
KNOCKED_AT = (
    "setup",
    "setup.php",
    "install",
    "install/",
    "installer/",
    "admin/setup/",
    "__debug__/",
    "debug/",
    "console",
    "migrate/",
    "seed/",
    "init",
    ".env",
    ".git/config",
    "manage.py",
    "db.sqlite3",
    "static/../config/settings.py",
    "static/%2e%2e/manage.py",
    "backup",
    "metrics",
    "openapi.json",
)


def sets_up():
    """Return the addresses whose words say that they set something up."""
    return [pattern for _, pattern in every_route() if SETS_UP.search(re.sub(r"<[^>]*>", "", pattern))]


@pytest.mark.parametrize("sample", ["setup/", "install/<str:step>/", "admin/migrate/", "__debug__/"])
def test_an_address_that_sets_up_is_seen(sample):
    assert SETS_UP.search(sample)


def test_no_address_sets_anything_up():
    assert sets_up() == []


@pytest.mark.parametrize("path", KNOCKED_AT)
def test_nothing_answers_where_others_left_their_installer(path, db):
    answer = Client().get(f"/{path}", follow=True)
    final = answer.redirect_chain[-1][0] if answer.redirect_chain else ""
    assert answer.status_code == 404 or final.startswith("/accounts/login/")
