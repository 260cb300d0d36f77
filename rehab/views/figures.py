"""The drawings of the exercises: they show nobody's record, so they are open, and kept by browsers and caches."""

from hashlib import sha256

from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import condition, require_safe

from rehab.figures import NoFigure, figure
from rehab.knowledge import rehab_knowledge

A_YEAR, AN_HOUR = 365 * 24 * 3600, 3600
STILL = "-still"


def file_of(exercise_code, at_level, drawing, figure_language):
    """Return the SVG that an address names: ``right`` or ``left``, as a film or ``-still``; 404 where there is none."""
    try:
        found = figure(exercise_code, at_level, drawing.removesuffix(STILL), figure_language)
    except NoFigure as error:
        raise Http404 from error
    return found.still if drawing.endswith(STILL) else found.svg


def version_of(file):
    """Return what changes with every change of a file."""
    return sha256(file.encode()).hexdigest()[:12]


def _tag(request, **named):
    return f'"{version_of(file_of(**named))}"'


@require_safe
@condition(etag_func=_tag)
def drawing(request, **named):
    """Send one drawing; an address that carries its version never changes."""
    file = file_of(**named)
    answer = HttpResponse(file, content_type="image/svg+xml; charset=utf-8")
    fresh = request.GET.get("v") == version_of(file)
    answer["Cache-Control"] = f"public, max-age={A_YEAR}, immutable" if fresh else f"public, max-age={AN_HOUR}"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def contact_sheet(request, frame):
    """Show every figure of every level, right and left; ``frame`` is what the pages of the admin need."""
    plans = rehab_knowledge().figures.plans
    sheet = []
    for exercise in rehab_knowledge().exercises.values():
        by_plan = {}
        for level in exercise.levels or (None,):
            by_plan.setdefault(id(plans[exercise.code, level.number if level else 0]), []).append(level)
        sheet.append((exercise, list(by_plan.values())))
    return TemplateResponse(
        request, "admin/rehab/exercise/figures.html", {**frame, "title": "All figures", "sheet": sheet}
    )
