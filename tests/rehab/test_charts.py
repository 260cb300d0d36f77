"""A chart shows the numbers it was given, where they belong, without colour alone, and never as broken markup."""

import math
import re
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string
from hypothesis import given, settings
from hypothesis import strategies as st

from rehab.charts import Limit, Pair, Rung, Series, bar_chart, ladder, line_chart, pair_chart, strip
from rehab.charts.canvas import Canvas, shortened

WORDS = {"green": "Green", "amber": "Amber", "red": "Red"}
STATES = {"done": "Done", "part": "In part", "missed": "Not done", "rest": "Rest"}


def pain(days, during, morning=None, marks=(), title="Pain"):
    morning = [None] * len(days) if morning is None else morning
    return line_chart(
        title=title,
        about="From 0 to 10",
        days=days,
        labels=[f"day {day}" for day in days],
        series=[Series("During", during), Series("Morning", morning)],
        day_word="Day",
        top=10,
        limit=Limit("Limit", 3),
        marks=marks,
        mark_words=WORDS,
        mark_word="Verdict",
    )


def weeks(values, allowed=()):
    labels = [f"week {n}" for n in range(len(values))]
    return bar_chart(
        title="Weeks",
        about="Kilometres",
        labels=labels,
        values=values,
        label_word="Week",
        value_word="km",
        allowed=allowed,
        allowed_word="Allowed",
        over_word="too much",
    )


def sides(*pairs, title="Sides"):
    columns = ("Test", "Left", "Right", "Aim", "Symmetry")
    return pair_chart(title=title, about="", pairs=pairs, words=("Left", "Right"), columns=columns)


def month(states, offset=0):
    days = [(str(n), state) for n, state in enumerate(states, 1)]
    heads = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]
    return strip(
        title="Month",
        about="",
        heads=heads,
        offset=offset,
        days=days,
        state_words=STATES,
        day_word="Day",
        state_word="State",
    )


def stairs(states):
    rungs = [Rung(n, f"Stage {n}", state, state) for n, state in enumerate(states)]
    return ladder(title="Stages", about="", rungs=rungs, columns=("No.", "Stage", "State"))


def drawing(chart):
    """Return the picture as a tree: broken markup fails here."""
    return ElementTree.fromstring(chart.svg)


def corners(path):
    """Return the corners of a line's path."""
    return [(float(x), float(y)) for x, y in re.findall(r"[ML]([\d.]+) ([\d.]+)", path)]


def path_of(chart):
    """Return the first line that is drawn over the days."""
    return next(p.get("d") for p in drawing(chart) if p.get("stroke-width") == "1.8" and p.get("stroke") == "#0b5c66")


def test_the_values_of_a_line_land_where_they_should():
    line = corners(path_of(pain([10, 12, 20], [0, 10, 5])))

    assert [y for _, y in line] == [172, 52, 112]  # the foot of the scale, its top, half way
    assert (line[1][0] - line[0][0]) * 4 == pytest.approx(line[2][0] - line[1][0], abs=0.3)  # 2 days, 8 days


def test_a_day_without_a_value_is_a_gap_and_never_a_zero():
    drawn = pain([1, 2, 3, 4], [2, None, 4, 4])
    d = path_of(drawn)

    assert (d.count("M"), d.count("L")) == (2, 1)
    assert drawn.rows[1] == ("day 2", "", "")


def test_the_limit_lies_at_its_height_and_says_its_number():
    tree = drawing(pain([1, 2], [1, 2]))

    limit = next(p for p in tree if p.get("stroke-dasharray") == "8 3 2 3")
    assert limit.get("d") == "M34 136H392"
    assert "Limit 3" in [words.text for words in tree.iter("text")]


def test_a_long_name_takes_the_room_that_a_short_one_leaves():
    lines = Canvas(height=100)
    lines.legend(("Durante", "A la mañana siguiente"))
    assert ">A la mañana siguiente<" in "".join(lines.parts)

    crowded = Canvas(height=100)
    crowded.legend(("A" * 40, "B" * 40))
    assert "".join(crowded.parts).count("…<") == 2


def test_words_are_cut_at_a_semicolon_before_they_are_cut_in_a_word():
    assert shortened("Run 30 minutes; then more often", 20) == "Run 30 minutes"
    assert shortened("Run thirty minutes in one go; more", 20) == "Run thirty minutes…"


def test_each_verdict_has_a_shape_of_its_own_and_its_word():
    bare = set()
    for colour, word in WORDS.items():
        drawn = pain([1], [2], marks=[colour])
        assert f">{word}</text>" in drawn.svg
        assert drawn.rows == (("day 1", "2", "", word),)
        shapes = re.findall(r'<path d="M[\d.]+ 2[01][\d.]+[^>]*>', drawn.svg)
        assert shapes
        bare.add(re.sub(r"#[0-9a-f]{3,6}", "", "".join(shapes)))

    assert len(bare) == 3  # with every colour taken away they still differ


def test_only_the_newest_days_of_a_long_line_are_kept():
    drawn = pain(range(100), [1] * 100, marks=["green"] * 100)

    assert [row[0] for row in drawn.rows] == [f"day {n}" for n in range(58, 100)]


def test_bars_stand_as_high_as_their_values_and_over_their_band_they_are_marked():
    tree = drawing(weeks([4, 8, 10], [(None, None), (4, 5), (8, 10)]))
    bars = [box for box in tree if box.get("fill") == "#0b5c66" and float(box.get("width")) > 20]
    caps = [box for box in tree if box.get("fill") == "#1d2b2f"]

    assert [float(bar.get("height")) for bar in bars] == [55.2, 110.4, 138]
    assert [float(cap.get("height")) for cap in caps] == [pytest.approx(110.4 - 69, abs=0.1)]  # 8 where 5 was allowed
    assert weeks([8], [(4, 5)]).rows == (("week 0", "8 (too much)", "5"),)
    assert weeks([5], [(4, 5)]).rows == (("week 0", "5", "5"),)


def test_a_pair_is_drawn_to_its_own_scale_with_the_reference():
    drawn = sides(Pair("Raises", 10, 20, 20, "50 %"), Pair("Knee to wall", 9.5, None))
    tree = drawing(drawn)
    widths = [float(box.get("width")) for box in tree if box.get("height") == "13"]

    assert widths == [165, 330, 330, 0]
    assert "M330 " in drawn.svg  # the reference, as long as the better side
    assert drawn.rows == (("Raises", "10", "20", "20", "50 %"), ("Knee to wall", "9.5", "", "", ""))


def test_the_states_of_a_day_differ_without_colour():
    parts = {
        state: re.sub(r"#[0-9a-f]{3,6}", "", re.sub(r".*</desc>", "", month([state]).svg))
        for state in ("done", "part", "missed", "rest", "")
    }

    assert len(set(parts.values())) == 5
    assert month(["done", "missed"]).rows == (("1", "Done"), ("2", "Not done"))


def test_days_stand_below_their_weekday():
    tree = drawing(month(["rest"] * 8, offset=2))
    places = next(p.get("d") for p in tree if p.get("d")).split("M")

    assert (places[1], places[6]) == ("144 40h0", "30 74h0")


def test_the_stage_of_the_runner_is_drawn_taller_and_says_so():
    drawn = stairs(["passed", "here", "ahead"])
    heights = [box.get("height") for box in drawing(drawn) if box.tag.endswith("rect")]

    assert heights == ["28", "46", "28"]
    assert drawn.rows == (("0", "Stage 0", "passed"), ("1", "Stage 1", "here"), ("2", "Stage 2", "ahead"))


@pytest.mark.parametrize(
    "chart",
    [pain([], []), pain([1], [None]), weeks([]), weeks([None]), sides(), sides(Pair("x", None, None)), month([])],
)
def test_nothing_known_draws_nothing(chart):
    assert chart.is_empty
    html = render_to_string("components/chart.html", {"chart": chart, "words": "w", "empty": "Nothing logged yet."})
    assert "Nothing logged yet." in html and "<svg" not in html and "<table" not in html


EVIL = '<script>alert(1)</script>&"'


@pytest.mark.parametrize(
    "chart",
    [
        pain([1], [1], title=EVIL),
        line_chart(
            title="t",
            about=EVIL,
            days=[1],
            labels=[EVIL],
            series=[Series(EVIL, [1])],
            day_word=EVIL,
            limit=Limit(EVIL, 1),
        ),
        sides(Pair(EVIL, 1, 2, 3, EVIL), title=EVIL),
        ladder(title=EVIL, about="", rungs=[Rung(0, EVIL, "here", EVIL)], columns=(EVIL, EVIL, EVIL)),
    ],
)
def test_words_never_become_markup(chart):
    html = render_to_string("components/chart.html", {"chart": chart, "words": EVIL, "empty": ""})

    drawing(chart)
    assert "<script" not in html


def test_a_picture_has_a_name_a_description_and_its_numbers_beside_it():
    drawn = pain([1, 2], [2, 3], [1, None], ["green", ""])
    html = render_to_string("components/chart.html", {"chart": drawn, "words": "It stayed low.", "empty": ""})

    tree = drawing(drawn)
    assert [(part.tag, part.text) for part in tree][:2] == [("title", "Pain"), ("desc", "From 0 to 10")]
    assert tree.get("role") == "img"
    assert "It stayed low." in html
    assert html.count('<th scope="col">') == 4 and html.count('<th scope="row">') == 2
    assert "style=" not in html and " id=" not in html


NUMBER = st.none() | st.floats(-1e6, 1e6) | st.sampled_from([math.nan, math.inf, -math.inf, 0.0, 1e-12])


@settings(max_examples=300)
@given(
    st.lists(st.tuples(st.integers(1, 9), NUMBER, NUMBER, st.sampled_from(["", "green", "amber", "red"])), max_size=60),
)
def test_no_numbers_break_a_picture_or_make_it_large(told):
    days = [sum(step for step, *_ in told[: n + 1]) for n in range(len(told))]
    ones, others, marks = ([row[n] for row in told] for n in (1, 2, 3))
    bands = [(low, high) for low, high in zip(others, ones, strict=True)]
    charts = [
        pain(days, ones, others, marks),
        weeks(ones, bands),
        sides(*(Pair("test", one, other, one) for one, other in zip(ones, others, strict=True))),
        month(["done", "part", "missed", "rest", ""] * (len(told) // 4)),
        stairs(["passed"] * 3 + ["here"] + ["ahead"] * len(told)),
    ]

    for chart in charts:
        if not chart.is_empty:
            drawing(chart)
            assert "nan" not in chart.svg and "inf" not in chart.svg
            assert len(chart.svg.encode()) <= 6144
