"""Paper: a tagged PDF from a Typst template.  What it says arrives as data and is never read as markup.

Each app keeps its templates in its own ``paper`` folder; the fonts come with the typst package.
"""

import json
import logging
from functools import cache
from pathlib import Path

import typst
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.http import content_disposition_header

logger = logging.getLogger("clinic.paper")
ACCESSIBLE = ["ua-1"]  # PDF/UA-1: title, language, tags, reading order and alternative texts, or no file
LINE_ENDS = "\n\t"


@cache
def fonts(*, of_the_machine: bool) -> typst.Fonts:
    """Return the fonts of the package, with those of this machine besides where they are asked for."""
    return typst.Fonts(include_system_fonts=of_the_machine)


def printable(value):
    """Return data as JSON can hold it, without the control characters that no font can show.

    Lists and dictionaries are walked; a text that waits for its language is said in the one that is spoken now.
    """
    if isinstance(value, (str, Promise)):
        return "".join(sign for sign in str(value) if sign in LINE_ENDS or sign >= " " and sign != "\x7f")
    if isinstance(value, dict):
        return {key: printable(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [printable(one) for one in value]
    return value


def pdf(template_path: Path, data: dict, title: str, language: str) -> bytes:
    """Return a PDF/UA-1 file of a template; ``data`` holds what JSON can hold, ``language`` is "en" or "es".

    The template reads ``sys.inputs.data`` and sets title and language itself.  A name in a script that the package's
    fonts lack is set in a font of this machine; without one the file is tagged but not PDF/UA-1: better than none.
    Raise ``typst.TypstError`` where the template itself is wrong.
    """
    told = json.dumps(printable({**data, "title": title, "language": language}))
    ways = ((False, ACCESSIBLE), (True, ACCESSIBLE))
    for of_the_machine, standards in ways:
        try:
            return _compiled(template_path, told, of_the_machine, standards)
        except typst.TypstError as fault:
            if "could not be displayed" not in fault.message:
                raise
    logger.warning("A paper holds signs that no font here can show: it is tagged, and not PDF/UA-1")
    return _compiled(template_path, told, True, [])


def _compiled(template_path, told, of_the_machine, standards):
    compiler = typst.Compiler(template_path, root=template_path.parent, font_paths=fonts(of_the_machine=of_the_machine))
    return compiler.compile(format="pdf", pdf_standards=standards, sys_inputs={"data": told})


def answer_with(file: bytes, name: str) -> HttpResponse:
    """Return the answer that shows a PDF in the browser; kept by nobody, and ``name`` names no person."""
    answer = HttpResponse(file, content_type="application/pdf")
    answer["Content-Disposition"] = content_disposition_header(as_attachment=False, filename=name)
    answer["Cache-Control"] = "private, no-store"
    return answer
