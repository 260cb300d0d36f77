"""In which language a page speaks: the choice of who signed in, or of who last signed out here, or the browser's."""

import re
from collections.abc import Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, cached_property, wraps

from django.conf import settings
from django.db import Error
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.html import format_html

from clinic.tables import knowledge_version
from clinic.terms import DangerText, Text
from clinic.units import km_shown, unit_word

DISTANCE = re.compile(r"(\d+(?:[.,]\d+)?) km(?![\w/])")  # as the rules write one; a speed is none
KEPT_SECONDS = 365 * 24 * 60 * 60  # a browser remembers its language


class Reader:
    """Who reads what is said now.  Somebody unknown, or no database to ask, has confirmed nothing."""

    def __init__(self, person=None):
        self.person = person

    @cached_property
    def has_confirmed(self) -> bool:
        """Return whether the lead of each clinic of this person stands for the danger texts as they are today."""
        try:
            known = getattr(self.person, "is_authenticated", False)
            return known and self.person.has_leads_behind(knowledge_version().sha256)
        except Error:
            return False


NOBODY = Reader()
_reader: ContextVar[Reader] = ContextVar("reader", default=NOBODY)


@contextmanager
def spoken_to(person):
    """Say danger texts to this person for a while, and ask once at most whether their lead has confirmed them."""
    token = _reader.set(Reader(person))
    try:
        yield
    finally:
        _reader.reset(token)


class WithEnglish(str):
    """A Spanish danger text that nobody has confirmed yet: plain words and markup both show the English beside it."""

    def __new__(cls, text):
        kept = super().__new__(cls, f"{text.es} ({text.en})")
        kept.text = text
        return kept

    def __html__(self):
        return format_html('{} <span class="in-english" lang="en">({})</span>', self.text.es, self.text.en)


def spoken_units() -> str:
    """Return the units of who reads now: "metric" or "imperial"; metric for nobody known."""
    return getattr(_reader.get().person, "units", "metric")


def speaks_spanish() -> bool:
    """Return whether Spanish is spoken now."""
    return (translation.get_language() or "").startswith("es")


def danger_is_confirmed() -> bool:
    """Return whether the danger texts may stand in Spanish alone for who reads now; asks the database once at most."""
    return _reader.get().has_confirmed


def mistake_words(label, error) -> str:
    """Return a mistake with the name of its field, once: "Which day? Choose a day."."""
    label, error = str(label or ""), str(error)
    stop = " " if label.endswith("?") else ": "
    return error if not label or label in error else f"{label}{stop}{error}"


def said(text: Text) -> str:
    """Return a text of the knowledge in the language that is spoken now; English for any but Spanish.

    A danger text in Spanish shows the English beside it until the lead of the reader's clinic has confirmed it.
    """
    if not speaks_spanish():
        return text.en
    return WithEnglish(text) if isinstance(text, DangerText) and not danger_is_confirmed() else text.es


def said_reason(reason) -> str:
    """Return a reason of the rules, or one as it was stored, in the language that is spoken now and the reader's units.

    One that was kept in English alone stays as it was kept.
    """
    told = reason if isinstance(reason, Mapping) else vars(reason)
    words = said(Text(told["text"], told.get("text_es") or told["text"]))
    return in_own_units(words)


def in_own_units(sentence: str) -> str:
    """Return a sentence of the rules with each distance in the reader's units, as pages round: "5 km", "3.11 miles".

    To one decimal a run could read as long as the cap it passed: 5.63 km and 5.6 km are both 3.5 miles.
    """
    units = spoken_units()
    if units == "metric":
        return sentence

    def own(found):
        miles = km_shown(found[1].replace(",", "."), units)
        return f"{said_number(miles)} {unit_word(units, 'distance')}"

    return DISTANCE.sub(own, sentence)


def kept_by_language(make):
    """Keep what a function returns, once for each language it is asked in; its parts are then said, not lazy."""
    kept = cache(lambda language, confirmed, *asked: make(*asked))

    def ask(*asked):
        return kept(translation.get_language(), speaks_spanish() and danger_is_confirmed(), *asked)

    return wraps(make)(ask)


def for_the_record(say, *asked) -> str:
    """Return words for the record, which is kept in English whoever writes it, and said again where it is shown."""
    with translation.override("en"):
        return str(say(*asked))


def said_number(value: float) -> str:
    """Return a number as the language spoken now writes it, with at most two decimals: "37.5", "37,5"."""
    written = f"{round(float(value), 2):g}"
    return written.replace(".", ",") if speaks_spanish() else written


def wanted_language(request) -> str:
    """Return the language asked for with ``?language=``, for what goes to somebody else; else that of the page."""
    asked = request.GET.get("language")
    return asked if asked in dict(settings.LANGUAGES) else language_of(request)


def language_of(request) -> str:
    """Return the code of the language for this request, one of ``settings.LANGUAGES``.

    The person is read once a request and kept, so that this asks nothing of its own; a page that speaks while the
    database is down speaks as the browser asks.
    """
    known = dict(settings.LANGUAGES)
    try:
        chosen = getattr(request.user, "language", None)
    except Error:
        chosen = None
    remembered = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    return next((code for code in (chosen, remembered) if code in known), None) or asked_by_browser(request)


def remember_language(response, language):
    """Let this browser speak a person's language also when nobody is signed in; a cookie holds it for a year."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=KEPT_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def language_for(patient) -> str:
    """Return the language a runner reads; the house's own for somebody who has no sign-in yet."""
    person = patient.person
    return person.language if person and person.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def asked_by_browser(request) -> str:
    """Return the first language of the browser's list that is known; a dialect counts as its language."""
    known = dict(settings.LANGUAGES)
    wanted = translation.trans_real.parse_accept_lang_header(request.headers.get("Accept-Language", "").lower())
    codes = (code.split("-")[0] for code, _ in wanted)
    return next((code for code in codes if code in known), settings.LANGUAGE_CODE)


class PersonLanguage:
    """Speak the person's language for the length of one request; stands after the sign-in of the person is known.

    What is the same for everybody says its language in its address; nobody is asked for.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path.startswith(settings.SAME_FOR_EVERYBODY):
            return self.get_response(request)
        request.LANGUAGE_CODE = language_of(request)
        with translation.override(request.LANGUAGE_CODE), spoken_to(request.user):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        if getattr(response, "is_outage", False):
            return response
        if not getattr(request.user, "is_authenticated", False):
            patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response
