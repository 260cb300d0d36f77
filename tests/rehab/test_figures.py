"""Figures: every level drawn, on both sides, in both languages, small, in words and on the pages."""

import re
import xml.etree.ElementTree as ET

import pytest
from django.template import Context, Template
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape

from rehab.figures import NoFigure, figure, words_of
from rehab.figures.drawing import there_and_back
from rehab.knowledge import rehab_knowledge

KNOWN = rehab_knowledge()
POSES, PLANS = KNOWN.figures.poses, KNOWN.figures.plans
FIGURES = sorted({id(plan): (code, level) for (code, level), plan in sorted(PLANS.items(), reverse=True)}.values())
SVG = "{http://www.w3.org/2000/svg}"
MOST_BYTES = 8_000  # of a film; a still holds two pictures


def poses_in_use():
    return sorted({code for plan in PLANS.values() for code in (plan.start, plan.end)})


def test_every_level_of_every_exercise_has_a_figure():
    wanted = {
        (code, level)
        for code, exercise in KNOWN.exercises.items()
        for level in (range(1, len(exercise.levels) + 1) if exercise.levels else [0])
    }

    assert set(PLANS) == wanted
    assert len([level for _, level in wanted if level]) == 158


def test_every_pose_is_used():
    assert set(POSES) - set(poses_in_use()) == set()


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("side", ["right", "left"])
def test_every_level_is_drawn_on_both_sides_in_both_languages(side, language):
    for code, level in PLANS:
        found = figure(code, level, side, language)
        for drawing in (found.svg, found.still):
            tree = ET.fromstring(drawing)
            assert tree.find(f"{SVG}title").text == found.text
            tags = {node.tag.removeprefix(SVG) for node in tree.iter()}
            assert tags <= {"svg", "title", "defs", "g", "path", "use", "circle", "text", "animate", "animateTransform"}
            assert not re.search(r"\son\w+=|style=|https?://(?!www\.w3\.org/2000/svg)|[ \"M]nan\b", drawing)
            idents = [node.get("id") for node in tree.iter() if node.get("id")]
            used = {node.get("href").removeprefix("#") for node in tree.iter(f"{SVG}use")}
            assert len(idents) == len(set(idents)) and used <= set(idents)
        assert "animate" not in found.still


def test_figures_can_stand_on_one_page():
    seen = {}
    for code, level in PLANS:
        for side in ("right", "left"):
            for drawing in (figure(code, level, side).svg, figure(code, level, side).still):
                for name in re.findall(r' id="(\w+)"', drawing):
                    assert seen.setdefault(name, drawing) == drawing, name


def test_a_drawing_is_small():
    sizes = {(code, level): len(figure(code, level).svg) for code, level in PLANS}

    assert max(sizes.values()) <= MOST_BYTES, max(sizes, key=sizes.get)
    assert sum(sizes.values()) / len(sizes) <= 6_000
    assert max(len(figure(code, level).still) for code, level in PLANS) <= 1.2 * MOST_BYTES


def test_what_moves_is_animated_and_what_is_held_is_not():
    for (code, level), plan in PLANS.items():
        moves = "<animate " in figure(code, level).svg
        shown = plan.start != plan.end
        assert moves is shown, (code, level)
        assert (">2</text>" in figure(code, level).still) is shown, (code, level)


def test_levels_that_differ_in_posture_differ_in_figure():
    seen = {}
    for (code, level), plan in PLANS.items():
        picture = re.sub(r"<title.*?</title>|\b[rl]\d\w*", "", figure(code, level).still)
        seen.setdefault(picture, set()).add((code, plan))

    assert {len(plans) for plans in seen.values()} == {1}, [p for p in seen.values() if len(p) > 1]
    assert len(seen) == len({id(plan) for plan in PLANS.values()})


def test_the_left_is_the_mirror_of_the_right():
    right, left = (figure("BIRD_DOG", 3, side).svg for side in ("right", "left"))
    places = [[int(number) for number in re.findall(r'd="m(-?\d+) ', drawing)] for drawing in (right, left)]

    assert places[0] == [-x for x in places[1]]
    assert ">R</text>" in right and ">L</text>" in left
    assert ">D</text>" in figure("BIRD_DOG", 3, "right", "es").svg
    assert ">I</text>" in figure("BIRD_DOG", 3, "left", "es").svg


def test_the_working_limb_is_told_by_more_than_colour():
    for (code, level), plan in PLANS.items():
        drawing = figure(code, level).svg
        assert (">R</text>" in drawing) is (plan.sided and bool(plan.marked)), (code, level)
        assert ('stroke-dasharray="1 9"' in drawing) is bool(plan.marked), (code, level)


def test_where_sides_differ_the_words_say_which():
    for (code, level), plan in PLANS.items():
        right, left = (words_of(code, level, side, "en") for side in ("right", "left"))
        assert ("Right side" in right and "Left side" in left) is plan.sided, (code, level)
        if plan.sided and plan.marked:
            assert right != left


def test_words_tell_start_and_end_in_both_languages():
    for code, level in PLANS:
        english, spanish = (words_of(code, level, "left", language) for language in ("en", "es"))
        held = PLANS[code, level].start == PLANS[code, level].end
        assert ("Hold: " in english) if held else ("Start: " in english and "End: " in english)
        assert ("Mantener: " in spanish) if held else ("Inicio: " in spanish and "Final: " in spanish)
        assert english != spanish and "{" not in english + spanish
        assert KNOWN.exercises[code].name.en in english and KNOWN.exercises[code].name.es in spanish


def test_what_is_not_there_is_refused():
    for wrong in (
        ("NOBODY", 1),
        ("BIRD_DOG", 7),
        ("BIRD_DOG", 0),
        ("BIRD_DOG", 1, "middle"),
        ("BIRD_DOG", 1, "left", "fr"),
    ):
        with pytest.raises(NoFigure):
            figure(*wrong)


def test_an_exercise_without_a_ladder_has_one_figure_whatever_the_level():
    assert figure("WALK_RUN", None).still == figure("WALK_RUN", 0).still


def test_a_drawing_is_kept_by_caches_and_asked_for_again_by_its_tag(client):
    at = reverse("rehab:figure", args=["BIRD_DOG", 3, "right", "en"])
    plain = client.get(at)
    known = client.get(at, {"v": plain.headers["ETag"].strip('"')})
    again = client.get(at, headers={"If-None-Match": plain.headers["ETag"]})

    assert plain.content.decode() == figure("BIRD_DOG", 3).svg and plain.headers["Content-Type"].startswith("image/svg")
    assert plain.headers["Cache-Control"] == "public, max-age=3600"
    assert known.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert (again.status_code, again.content) == (304, b"")
    assert "Cookie" not in plain.headers.get("Vary", "")


@pytest.mark.django_db
def test_a_drawing_asks_nothing_of_the_database_even_of_a_signed_in_person(
    clinician, at_work, django_assert_num_queries
):
    browser = at_work(clinician)
    with django_assert_num_queries(0):
        answer = browser.get(reverse("rehab:figure", args=["BIRD_DOG", 3, "left-still", "es"]))

    assert answer.headers["Cache-Control"].startswith("public")


@pytest.mark.parametrize(
    "wrong",
    [
        ("NOBODY", 1, "right", "en"),
        ("BIRD_DOG", 7, "right", "en"),
        ("BIRD_DOG", 1, "both", "en"),
        ("BIRD_DOG", 1, "right", "fr"),
    ],
)
def test_a_drawing_that_is_not_there_is_not_found(client, wrong):
    assert client.get(reverse("rehab:figure", args=wrong)).status_code == 404


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_page_shows_the_film_and_to_who_asks_for_less_motion_the_still(language):
    with translation.override(language):
        page = Template('{% load rehab_figures %}{% exercise_figure "BIRD_DOG" 3 "left" %}').render(Context())

    assert f"/exercises/figures/BIRD_DOG/3/left.{language}.svg?v=" in page
    assert (
        f'(prefers-reduced-motion: reduce), print" srcset="/exercises/figures/BIRD_DOG/3/left-still.{language}' in page
    )
    assert escape(words_of("BIRD_DOG", 3, "left", language)) in page and 'loading="lazy"' in page


def test_a_page_knows_the_size_of_a_figure_before_it_comes():
    page = Template('{% load rehab_figures %}{% figure_on_paper "BIRD_DOG" 3 "right" %}').render(Context())
    _, _, width, height = ET.fromstring(figure("BIRD_DOG", 3).still).get("viewBox").split()

    assert f'width="{width}" height="{height}"' in page


def test_no_figure_is_no_hole():
    page = Template('{% load rehab_figures %}{% exercise_figure "GONE" 3 %}{% exercise_figure "BIRD_DOG" 99 %}')

    assert page.render(Context()).strip() == ""


@pytest.mark.django_db
def test_the_sheet_of_all_figures_shows_every_level_on_both_sides(administrator, at_work):
    browser = at_work(administrator)
    page = browser.get(reverse("admin:rehab_exercise_figures")).content.decode()

    assert page.count("right-still.en.svg") == page.count("left-still.en.svg") == len(FIGURES)
    for exercise in KNOWN.exercises.values():
        assert escape(exercise.name.en) in page
        assert all(escape(level.name.en) in page for level in exercise.levels)
    listed = browser.get(reverse("admin:rehab_exercise_changelist")).content.decode()
    assert reverse("admin:rehab_exercise_figures") in listed


def test_a_film_written_short_moves_as_the_long_one_would():
    straight, bent = ["m0 0l10 5", "m10 0l10 5", "m20 1l10 5"], ["m0 0l10 5", "m14 0l10 5", "m20 1l10 5"]

    assert there_and_back(straight).endswith(
        'values="m0 0l10 5;m0 0l10 5;m20 1l10 5;m20 1l10 5;m0 0l10 5" keyTimes="0;.17;.5;.67;1"'
    )
    assert there_and_back(bent).count(";") == 6 and "keyTimes" not in there_and_back(bent)
