"""The plan as a handout: a tagged PDF in the runner's language, one page for each day's session."""

from pathlib import Path

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.language import language_for, spoken_to
from clinic.paper import pdf
from rehab.figures import NoFigure, figure
from rehab.knowledge import rehab_knowledge
from rehab.mine.doses import asked_now, card_now
from rehab.mine.frame import step_of
from rehab.paper.days import Day, days_of
from rehab.paper.signs import emergency_signs, same_day_signs
from rehab.rules.session import minutes_of

HANDOUT = Path(__file__).parent / "handout.typ"
FILE_NAME = "exercise-plan.pdf"  # names nobody


def handout(case, plan, limits, at) -> bytes:
    """Return the plan in force as a PDF, as it stands at a moment.  The caller has asked the gate."""
    language = language_for(case.patient)
    with translation.override(language), spoken_to(case.patient.person):
        return pdf(HANDOUT, handout_data(case, plan, limits, at, language), _("Exercise plan"), language)


def handout_data(case, plan, limits, at, language) -> dict:
    """Return everything the handout says, in the language that is spoken now, as JSON can hold it."""
    clinic = case.clinic
    number = clinic.emergency_number
    days = [_day(day, at, language) for day in days_of(list(plan.items.all()))]
    return {
        "words": _words(at),
        "runner": str(case.patient),
        "signed": _("Signed by %(name)s on %(day)s.") % {"name": plan.signed_by, "day": _day_of(plan.signed_at)},
        "clinic": clinic.name,
        "phone": clinic.phone,
        "hours": clinic.opening_hours,
        "limits": [str(words) for words in limits],
        "sessions": days,
        "emergency": {
            "number": number,
            "title": _("Call %(number)s now if") % {"number": number} if number else _("Call for help now if"),
            "signs": emergency_signs(),
        },
        "same_day": {"title": _("See a doctor the same day if"), "signs": same_day_signs()},
    }


def _words(at):
    return {
        "limits": _("Your limits"),
        "week": _("Your week"),
        "how_often": _("How often"),
        "exercises": _("Exercises"),
        "minutes": _("How long"),
        "stop": _("When to stop, and whom to call"),
        "emergency_number": _("Emergency number:"),
        "clinic": _("Your clinic:"),
        "hurts_title": _("If it hurts"),
        "hurts": _(
            "Stop the exercise. If the pain settles at once, do fewer next time. If it is worse the next morning, "
            "leave the exercise out and tell us."
        ),
        "how": _("How to do it"),
        "watch": _("Watch out for"),
        "as_of": _("As of {day}. A newer plan takes its place.").format(day=_day_of(at)),
    }


def _day(day: Day, at, language):
    minutes = _minutes(minutes_of([asked_now(item) for item in day.items], rehab_knowledge().timing))
    return {
        "name": day.name,
        "minutes": minutes,
        "about": f"{minutes[:1].upper()}{minutes[1:]}. {day.spread}".strip(),
        "cards": [_card(item, at, language) for item in day.items],
    }


def _card(item, at, language):
    card, step = card_now(item), step_of(item)
    rests = step.rest_until if step and step.rest_until and step.rest_until > at else None
    drawn = _figure(card.exercise.code, card.level, item.side, language)
    return {
        "name": card.name,
        "level": card.level_name,
        "dose": card.dose,
        "facts": _facts(card),
        "note": item.note,
        "cues": card.cues,
        "faults": card.faults,
        "rests": _("Not before {day}: it rests until then.").format(day=_day_of(rests)) if rests else "",
        "figure": drawn.still if drawn else None,
        "alt": drawn.text if drawn else "",
    }


def _day_of(moment):
    return date_format(timezone.localtime(moment), "DATE_FORMAT")


def _facts(card):
    """Return the rest of a dose in short pieces, without what is not known."""
    hold, rest = card.hold_seconds, card.rest_seconds
    pieces = (
        card.frequency,
        hold and _held(hold),
        card.tempo,
        rest and _rested(rest),
        card.load and _("load: %(load)s") % {"load": card.load},
        card.effort and _("effort: %(effort)s") % {"effort": card.effort},
        card.side,
    )
    return [str(piece) for piece in pieces if piece]


def _minutes(minutes):
    words = ngettext("about %(minutes)s minute", "about %(minutes)s minutes", minutes)
    return words % {"minutes": minutes}


def _held(seconds):
    words = ngettext("hold each for %(seconds)s second", "hold each for %(seconds)s seconds", seconds)
    return words % {"seconds": seconds}


def _rested(seconds):
    words = ngettext("rest %(seconds)s second between sets", "rest %(seconds)s seconds between sets", seconds)
    return words % {"seconds": seconds}


def _figure(code, level, side, language):
    try:
        return figure(code, level or 0, "left" if side == "left" else "right", language)
    except NoFigure:
        return None
