"""Two languages: whatever is said in one is said in the other, with the same numbers and names in it."""

import dataclasses
import re
from datetime import datetime

import polib
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format

from clinic.language import said
from clinic.models import Person
from clinic.terms import Text
from rehab.knowledge import rehab_knowledge
from tests.texts import PLACEHOLDER, ROOT, TEMPLATES, bare_words, code_files, in_code, marked, template_names, unmarked
from triage.knowledge import triage_knowledge

CATALOGUE = ROOT / "locale/es/LC_MESSAGES/django.po"


def spanish():
    """Return {text: entry} of the catalogue."""
    return {entry.msgid: entry for entry in polib.pofile(str(CATALOGUE)) if not entry.obsolete}


def placeholders(text):
    """Return what a text leaves room for, in any order."""
    return sorted(PLACEHOLDER.findall(text))


def test_every_marked_text_has_its_spanish():
    known = spanish()
    assert [text for text in marked() if text is not None and not (text in known and said_in_full(known[text]))] == []


def said_in_full(entry):
    """Return whether an entry says something, in singular and plural."""
    words = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    return bool(words) and all(word.strip() for word in words) and not entry.fuzzy


def test_a_text_with_a_plural_has_both_in_spanish():
    known = spanish()
    wrong = [one for one, many in marked().items() if many and known[one].msgid_plural != many]
    assert wrong == []


def test_spanish_keeps_the_placeholders():
    wrong = []
    for entry in spanish().values():
        originals = [entry.msgid, entry.msgid_plural or entry.msgid]
        translated = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
        wrong += [t for o, t in zip(originals, translated, strict=False) if placeholders(o) != placeholders(t)]
    assert wrong == []


def test_the_compiled_catalogue_is_the_written_one():
    written, compiled = polib.pofile(str(CATALOGUE)), polib.mofile(str(CATALOGUE.with_suffix(".mo")))
    told = [{e.msgid: (e.msgstr, e.msgstr_plural) for e in file if not e.obsolete} for file in (written, compiled)]
    assert told[0] == told[1], "run: make texts"


def test_a_text_is_written_where_it_is_marked():
    wrong = [str(path.relative_to(ROOT)) for path in code_files() if None in dict(in_code(path.read_text()))]
    assert wrong == []


@pytest.mark.parametrize("name", template_names())
def test_a_page_has_no_bare_words(name):
    assert bare_words((TEMPLATES / name).read_text()) == []


@pytest.mark.parametrize(
    "markup",
    [
        "<p>Hello</p>",
        '<a title="Go on">{{ x }}</a>',
        "{% if a %}yes{% endif %}",
        "<b>{{ n }} sets</b>",
        '{% include "x.html" with title="No cause" only %}',
        '{{ x|default:"none" }}',
    ],
)
def test_planted_bare_words_are_seen(markup):
    assert bare_words(markup)


def test_marked_words_are_not_bare():
    assert bare_words("""{# note #}<p class="big">{% translate "Hello" %} 3 · {{ name }}</p> Stridewell""") == []


NOT_SHOWN = ("migrations", "management", "knowledge")  # the demonstration and the commands speak English


SENTENCE = re.compile(r"""["'`][A-Z][a-z]+,? [a-z][^"'`]*["'`]""")


def test_scripts_hold_no_sentences():
    """What a script says stands on the page, in its language."""
    scripts = [path for app in ("clinic", "triage", "rehab") for path in (ROOT / app / "static").rglob("*.js")]
    code = {path: re.sub(r"^\s*//.*$", "", path.read_text(), flags=re.MULTILINE) for path in scripts}
    assert len(code) > 10
    assert {path.name: SENTENCE.findall(text) for path, text in code.items() if SENTENCE.search(text)} == {}
    assert SENTENCE.search('say(form, "Draft kept")')


SAYS = {  # a script, and the parts of pages that hold its sentences
    "clinic/static/clinic/drafts.js": ("say", "components/draft_state.html"),
    "triage/static/triage/screening.js": ("warn", "triage/screening.html"),
}


@pytest.mark.parametrize("script", SAYS)
def test_what_a_script_says_stands_on_the_page(script):
    """A name without its sentence would be an empty warning."""
    verb, page = SAYS[script]
    text, held = (ROOT / script).read_text(), (TEMPLATES / page).read_text()
    calls = re.findall(rf"\b{verb}\((?!text|what)([^;]*)\)", text)
    said = {name for call in calls for name in re.findall(r'"(\w+)"', call)}
    said |= set(re.findall(r"place\.dataset\.(\w+)", text)) - {"noneSays"}  # stands where it is said
    assert len(said) >= 3
    on_the_page = [re.sub("([A-Z])", r"-\1", name).lower() for name in said]
    assert [name for name in on_the_page if f"data-{name}=" not in held] == []


def test_code_shows_no_words_that_are_marked_for_no_language():
    files = [path for path in code_files() if not set(NOT_SHOWN) & set(path.parts)]
    assert len(files) > 150
    assert {str(path.relative_to(ROOT)): found for path in files if (found := unmarked(path.read_text()))} == {}


@pytest.mark.parametrize(
    "code",
    [
        'models.CharField(help_text="Such as 112")',
        'class Meta:\n    verbose_name_plural = "people"',
        'messages.success(request, f"Kept for {name}.")',
        'raise forms.ValidationError("Too " + size)',
        'self.add_error("level", "There is no such level." if level else None)',
        'raise Refused("Not today." % {})',
        '{"label": "Pain"}',
        'changes["next_step"] = "Draft the plan"',
        '@admin.action(description="Try again")\ndef again(): pass',
    ],
)
def test_planted_words_without_a_mark_are_seen(code):
    assert unmarked(code)


@pytest.mark.parametrize(
    "code",
    [
        'models.CharField(help_text=_("Such as 112"), max_length=3)',
        'messages.success(request, _("Kept for %(name)s.") % {"name": name})',
        'self.add_error("level", words)',
        'self.add_error(f"level_{number}", gettext("There is no such level."))',
        '{"label": label, "code": "Pain now"}',
    ],
)
def test_marked_words_and_codes_are_not_seen(code):
    assert unmarked(code) == []


@pytest.mark.parametrize(
    ("language", "day", "moment", "short"),
    [
        ("en", "5 November 2026", "5 Nov 2026, 09:30", "5 Nov 2026"),
        ("es", "5 de noviembre de 2026", "5 nov 2026, 09:30", "5 nov 2026"),
    ],
)
def test_a_day_is_written_as_each_language_writes_it(language, day, moment, short):
    at = datetime(2026, 11, 5, 9, 30)
    with translation.override(language):
        said = [date_format(at, name) for name in ("DATE_FORMAT", "SHORT_DATETIME_FORMAT", "SHORT_DATE_FORMAT")]
    assert said == [day, moment, short]


OWN_MONTH = re.compile(
    r"""(?:\|date:|date_format\([^"]*, )"(?![A-Z_]+")[^"]*[MFN][^"]*\""""
)  # with marks, gettext gives it


def test_no_page_writes_a_month_in_a_format_of_its_own():
    files = [*code_files(), *(TEMPLATES / name for name in template_names())]
    assert {
        str(path.relative_to(ROOT)): found for path in files if (found := OWN_MONTH.findall(path.read_text()))
    } == {}


@pytest.mark.parametrize("text", ['{{ day|date:"j M Y" }}', 'date_format(day, "j F")'])
def test_a_planted_month_is_seen(text):
    assert OWN_MONTH.findall(text)


@pytest.mark.parametrize(
    "text", ['{{ day|date:"DATE_FORMAT" }}', '{{ day|date:_("j M") }}', 'date_format(day, gettext("D j M"))']
)
def test_a_month_of_the_language_is_not_seen(text):
    assert OWN_MONTH.findall(text) == []


def texts_of(value, seen=None):
    """Yield every Text inside the tables of the knowledge."""
    seen = set() if seen is None else seen
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, Text):
        yield value
    elif dataclasses.is_dataclass(value):
        for each in dataclasses.fields(value):
            yield from texts_of(getattr(value, each.name), seen)
    elif hasattr(value, "items"):
        for each in value.values():
            yield from texts_of(each, seen)
    elif isinstance(value, tuple | list | set | frozenset):
        for each in value:
            yield from texts_of(each, seen)


def test_every_text_of_the_knowledge_is_said_in_both_languages():
    texts = [*texts_of(triage_knowledge()), *texts_of(rehab_knowledge())]
    assert len(texts) > 500
    assert [text for text in texts if not (text.en.strip() and text.es.strip())] == []


@pytest.mark.parametrize(("language", "words"), [("en", "calf"), ("es", "pantorrilla"), ("fr", "calf"), (None, "calf")])
def test_a_text_is_said_in_the_language_that_is_spoken(language, words):
    with translation.override(language):
        assert said(Text(en="calf", es="pantorrilla")) == words


# --- Whose language ----------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        ("", "en"),
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("fr,en;q=0.5", "en"),
        ("fr", "en"),
        ("en-GB,es;q=0.9", "en"),
        ("nonsense;;q=,", "en"),
    ],
)
def test_a_stranger_is_spoken_to_as_the_browser_asks(client, asked, spoken):
    answer = client.get(reverse("login"), headers={"Accept-Language": asked})

    assert f'<html lang="{spoken}">' in answer.content.decode()
    assert answer.headers["Content-Language"] == spoken and "Accept-Language" in answer.headers["Vary"]


@pytest.mark.django_db
def test_who_signed_in_is_spoken_to_as_they_chose_whatever_the_browser_asks(runner, at_work):
    Person.objects.filter(pk=runner.pk).update(language="es")
    page = at_work(runner).get("/me/", headers={"Accept-Language": "en"}).content.decode()

    assert '<html lang="es">' in page and "Mi plan" in page and "My plan" not in page
    assert translation.get_language() == "en", "the next request starts anew"


@pytest.mark.django_db
def test_after_signing_out_the_page_still_speaks_the_persons_language_until_another_comes(runner, at_work):
    Person.objects.filter(pk=runner.pk).update(language="es")
    browser, english = at_work(runner), {"Accept-Language": "en"}
    page = browser.post(reverse("logout"), headers=english, follow=True)

    assert '<html lang="es">' in page.content.decode() and "Cookie" in page.headers["Vary"]

    Person.objects.filter(pk=runner.pk).update(language="en")
    browser.force_login(Person.objects.get(pk=runner.pk))
    assert '<html lang="en">' in browser.get("/me/").content.decode(), "who signed in chose otherwise"

    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "tlh"
    browser.logout()
    assert '<html lang="en">' in browser.get(reverse("login"), headers=english).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/me/", "/accounts/login/", "/nowhere/"])
@pytest.mark.parametrize("who", ["stranger", "runner"])
def test_the_language_asks_the_database_nothing(runner, settings, address, who):
    counts = []
    with_it, without = settings.MIDDLEWARE, [m for m in settings.MIDDLEWARE if m != "clinic.language.PersonLanguage"]
    for settings.MIDDLEWARE in (with_it, without):
        browser = Client()
        if who == "runner":
            browser.force_login(runner)
        browser.get(address)
        with CaptureQueriesContext(connection) as asked:
            browser.get(address)
        counts.append(len(asked))
    assert len(without) == len(with_it) - 1 and counts[0] == counts[1]


@pytest.mark.django_db
def test_choices_are_kept_and_spoken_at_once(runner, at_work):
    browser = at_work(runner)
    answer = browser.post(reverse("clinic:preferences"), {"language": "es", "units": "imperial"}, follow=True)
    runner.refresh_from_db()

    assert (runner.language, runner.units) == ("es", "imperial")
    page = answer.content.decode()
    assert "Los ajustes se han guardado." in page and 'value="imperial"' in page
    assert page.count("checked") == 2


@pytest.mark.django_db
@pytest.mark.parametrize("said", [{"language": "fr", "units": "metric"}, {"language": "es"}, {}])
def test_a_choice_that_is_not_offered_changes_nothing(runner, at_work, said):
    answer = at_work(runner).post(reverse("clinic:preferences"), said)
    runner.refresh_from_db()

    assert (answer.status_code, runner.language, runner.units) == (422, "en", "metric")
