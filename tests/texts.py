"""Every text that the product marks for translation, found in its templates and in its code."""

import ast
import re
from pathlib import Path

from django.template import engines
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils.translation import trim_whitespace

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "templates"
MARKS = {"gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "_"}
UNSPOKEN = re.compile(
    r"{#.*?#}|{%\s*comment.*?endcomment\s*%}|{%\s*blocktranslate.*?endblocktranslate\s*%}"
    r"|<script[^>]*application/json.*?</script>|{%.*?%}|{{.*?}}",
    re.DOTALL,
)
SPOKEN_ATTRIBUTES = re.compile(r"""\s(?:alt|title|placeholder|aria-label|aria-description|label)\s*=\s*"([^"]*)\"""")
TAG = re.compile(r"<[^>]*>", re.DOTALL)
INLINE = re.compile(r"""[=:]_\("([^"]+)"\)""")
HANDED_ON = re.compile(r"""{%\s*include[^%]*?%}""")
BARE_HANDED_ON = re.compile(r"""\w+="([A-Z][^"]*)\"""")
BARE_DEFAULT = re.compile(r"""\|default:"([A-Za-z][^"]*)\"""")
NO_WORDS = re.compile(r"\b(Stridewell|GK|CONV|PDF)\b")
SHOWN_BY_NAME = {
    "verbose_name",
    "verbose_name_plural",
    "help_text",
    "label",
    "empty_label",
    "description",
    "error",
    "next_step",
}
SPEAKS = {"ValidationError", "PermissionDenied", "Refused", "NotAllowed", "message_user", "add_error"}
LETTERS = re.compile(r"[^\W\d_]{2,}")
PLACEHOLDER = re.compile(r"%\(\w+\)[sdg]|%[sd]|{\w+}")


def template_names():
    """Return the name of every template, as an include would write it."""
    return sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*") if path.suffix in (".html", ".txt"))


def in_template(name):
    """Yield (text, its plural or nothing) for each mark in a template; a mark around a variable has no text."""
    nodes = engines["django"].engine.get_template(name).nodelist
    for node in nodes.get_nodes_by_type(TranslateNode):
        if isinstance(node.filter_expression.var, str):
            yield node.filter_expression.var, None
        elif literal := getattr(node.filter_expression.var, "literal", None):
            yield literal, None
    for text in INLINE.findall((TEMPLATES / name).read_text()):
        yield text, None
    for node in nodes.get_nodes_by_type(BlockTranslateNode):
        yield tuple(_block(node, tokens) if tokens else None for tokens in (node.singular, node.plural))


def _block(node, tokens):
    text, _ = node.render_token_list(tokens)
    return trim_whitespace(text) if node.trimmed else text


def code_files():
    """Return every Python file of the product."""
    return sorted(path for app in ("clinic", "triage", "rehab", "config") for path in (ROOT / app).rglob("*.py"))


def in_code(source):
    """Yield (text, its plural or nothing) for each mark in Python; None as text where it is not written out there."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS:
            count = 2 if node.func.id.startswith("ngettext") else 1
            said = [arg.value if isinstance(arg, ast.Constant) else None for arg in node.args[:count]]
            yield said[0], said[1] if count == 2 else None


def marked():
    """Return {text: its plural or None} of the whole product."""
    found = {}
    for name in template_names():
        found |= dict(in_template(name))
    for path in code_files():
        found |= dict(in_code(path.read_text()))
    return found


def unmarked(source):
    """Return the words that code shows to somebody, in the line they stand in, and marks for no language.

    Looked at: what names or explains a field, a model or an action; what a message, an error or a refusal says.
    """
    shown = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assign):
            shown += [node.value for target in node.targets if _name(target) in SHOWN_BY_NAME]
        elif isinstance(node, ast.Dict):
            keys = (key.value if isinstance(key, ast.Constant) else None for key in node.keys)
            shown += [value for key, value in zip(keys, node.values, strict=True) if key in SHOWN_BY_NAME]
        elif isinstance(node, ast.Call):
            shown += [word.value for word in node.keywords if word.arg in SHOWN_BY_NAME]
            if _speaks(node.func):
                shown += [arg for arg in node.args if " " in "".join(_literals(arg))]
    return [(node.lineno, words) for node in shown if LETTERS.search(words := "".join(_literals(node)))]


def _name(target):
    """Return the name, or the key written out, that something is assigned to."""
    key = getattr(target.slice, "value", "") if isinstance(target, ast.Subscript) else ""
    return getattr(target, "id", key)


def _speaks(called):
    """Return whether what is called shows its words to a person: a message, an error of a form, a refusal."""
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    owner = getattr(called.value, "id", "") if isinstance(called, ast.Attribute) else ""
    return name in SPEAKS or owner == "messages"


def _literals(node):
    """Yield the words written out in an expression, outside every call: a mark is one."""
    if isinstance(node, ast.Constant):
        yield node.value if isinstance(node.value, str) else ""
    elif isinstance(node, ast.JoinedStr):
        yield from (part.value for part in node.values if isinstance(part, ast.Constant))
    elif isinstance(node, ast.IfExp):
        yield from (*_literals(node.body), *_literals(node.orelse))
    elif isinstance(node, ast.BinOp):
        yield from (*_literals(node.left), *_literals(node.right))


def bare_words(markup):
    """Return the words of a template that stand outside every mark, as text, in an attribute or handed on.

    The product's own name is no word.
    """
    spoken = UNSPOKEN.sub(" ", markup)
    handed = [text for tag in HANDED_ON.findall(markup) for text in BARE_HANDED_ON.findall(tag)]
    pieces = [
        *handed,
        *BARE_DEFAULT.findall(markup),
        *SPOKEN_ATTRIBUTES.findall(spoken),
        *TAG.sub("\n", spoken).split("\n"),
    ]
    words = (NO_WORDS.sub("", piece).strip() for piece in pieces)
    return [piece for piece in words if LETTERS.search(piece)]
