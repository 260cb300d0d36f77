"""The referral letter on paper: the same words as its page, as a tagged PDF in the language of who will read it."""

from pathlib import Path

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.language import said
from clinic.paper import pdf
from triage.pages.letter import letter_context

LETTER = Path(__file__).parent / "letter.typ"
FILE_NAME = "referral-letter.pdf"  # names nobody


def letter(case, person, at, language) -> bytes:
    """Return the letter about a case as it stands at a moment, signed by this person, in "en" or "es"."""
    with translation.override(language):
        return pdf(LETTER, letter_data(letter_context(case, person, at)), _("Referral letter"), language)


def letter_data(told) -> dict:
    """Return everything the letter says, in the language that is spoken now, as JSON can hold it."""
    clinic = told["clinic"]
    return {
        "words": _words(),
        "clinic": clinic.name,
        "reach": [words for words in (clinic.phone, clinic.opening_hours) if words],
        "date": _moment(told["at"]),
        "urgency": told["urgency"],
        "is_urgent": told["level"] in ("E", "D"),
        "about": [[name, value] for name, value in told["about"]],
        "situation": told["situation"],
        "concerns": [_concern(item) for item in told["concerns"]],
        "story": told["case"].story or _("The story has not been taken."),
        "risks": "; ".join(told["risks"]),
        "present": told["present"],
        "measured": told["measured"],
        "absent": told["absent"],
        "missing": _missing(len(told["missing"])),
        "wells": _wells(told),
        "request": told["request_text"],
        "pathway": _pathway(told["pathway"]),
        "asked_back": told["asked_back"],
        "author": told["author"].name,
    }


def _words():
    return {
        "situation": _("Situation"),
        "concerned": _("We are concerned about:"),
        "none": _("No open alarm; the screening as recorded is below."),
        "background": _("Background"),
        "risks": _("Risks and history:"),
        "findings": _("Findings"),
        "yes": _("Yes"),
        "measured": _("Measured"),
        "absent": _("Asked or looked for, and absent: no to each"),
        "wells": _("Wells score for deep vein thrombosis"),
        "item": _("Item"),
        "points": _("Points"),
        "answer": _("Answered"),
        "request": _("Request"),
        "signature": _("Signature"),
        "page": _("Page"),
    }


def _moment(moment):
    return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")


def _concern(item):
    """Return an open item: its title, when it was opened and why, and what was answered again since."""
    lines = []
    for answer in item.opening:
        line = _("%(words)s Yes on %(day)s") % {"words": answer["words"], "day": _moment(answer["on"])}
        if answer["again"]:
            line += "; " + _("answered again as no on %(moment)s") % {"moment": _moment(answer["again"])}
        lines.append(line)
    opened = _("opened %(moment)s") % {"moment": _moment(item.opened_at)}
    return {"title": item.title, "opened": opened, "text": item.said, "lines": [*lines, *item.measured]}


def _missing(count):
    if not count:
        return ""
    return ngettext(
        "Not assessed: %(items)s item of our screening. It is not to be read as absent.",
        "Not assessed: %(items)s items of our screening. They are not to be read as absent.",
        count,
    ) % {"items": count}


def _wells(told):
    """Return the score with its ten items; without items where it does not apply."""
    score, table = told["decision"].wells, told["scores"]
    if score.points is None:
        return {"total": said(table.not_applicable), "caution": "", "role": "", "rows": []}
    verdicts = {"likely": _("clot likely"), "unlikely": _("clot unlikely")}
    points = ngettext("%(points)s point", "%(points)s points", score.points) % {"points": score.points}
    if score.at_least:
        points = f"{points} {_('or more')}"
    without = _("%(points)s without item 10") % {"points": score.points_without_w10}
    return {
        "total": f"{points} ({without}): {verdicts.get(score.two_level, _('incomplete'))}.",
        "caution": said(table.wells.caution) if score.caution else "",
        "role": f"{said(table.clinic_role)} {said(table.never_clears)}",
        "rows": [_item(row, told["w10_reason"]) for row in told["wells"]],
    }


def _item(row, w10_reason):
    item = row["item"]
    label = said(item.label)
    if item.code == "w10" and w10_reason:
        label = f"{label}: {w10_reason}"
    return {"label": label, "points": f"{item.points:+d}", "answer": str(row["answer"]), "is_yes": row["is_yes"]}


def _pathway(pathway):
    return f"{said(pathway.text)} [{', '.join(pathway.source)}]" if pathway else ""
