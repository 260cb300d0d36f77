"""The figure of an exercise on a page: ``{% exercise_figure code level side %}`` and ``{% figure_on_paper ... %}``."""

import re
from types import SimpleNamespace

from django import template
from django.urls import reverse
from django.utils.translation import get_language

from rehab.figures import LETTERS, NoFigure, figure
from rehab.views.figures import STILL, version_of

register = template.Library()
SIZE = re.compile(r'viewBox="\S+ \S+ (\d+) (\d+)"')
LANGUAGES = {language for _, language in LETTERS}


def shown(code, level, side, language=None):
    """Return the addresses and the words of a figure; nothing where there is none."""
    language = language or (get_language() or "en")[:2]
    language = language if language in LANGUAGES else "en"
    side = "left" if side == "left" else "right"
    try:
        found = figure(code, level or 0, side, language)
    except NoFigure:
        return {"figure": None}
    files = {"film": (side, found.svg), "still": (f"{side}{STILL}", found.still)}
    return {"figure": found} | {name: _picture(code, level, language, *file) for name, file in files.items()}


def _picture(code, level, language, drawing, file):
    """Return the address and the size of a file; with its size known, a page does not jump when it comes."""
    address = reverse("rehab:figure", args=[code, level or 0, drawing, language])
    width, height = SIZE.search(file).groups()
    return SimpleNamespace(address=f"{address}?v={version_of(file)}", width=width, height=height)


@register.inclusion_tag("rehab/_figure.html")
def exercise_figure(code, level, side="right"):
    """Show the figure of a level as a film, or at rest for who asks for less motion."""
    return shown(code, level, side) | {"on_paper": False}


@register.inclusion_tag("rehab/_figure.html")
def figure_on_paper(code, level, side="right", language=None):
    """Show start and end side by side."""
    return shown(code, level, side, language) | {"on_paper": True}
