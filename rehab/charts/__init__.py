"""Charts as SVG, drawn from plain numbers: each has a title, a description and its numbers as a table beside it.

Every word is the caller's, in the reader's language; ``say`` writes a number the way that language does.  ``None`` (and
what is no finite number) is "not known": a gap in a line, no bar, an empty cell.  Shape, pattern and letters tell what
colour tells, so that a chart can be read in black and white.  Drawn with attributes alone: no style, no script, no id.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10

from rehab.charts.canvas import LEFT, RIGHT, RUNG, RUNG_HERE, SOFT, Canvas, Svg, shortened

MOST = 42  # points of a line; the newest are kept
VERDICTS = ("green", "amber", "red")
STATES = ("done", "part", "missed", "rest")
Number = float | int | None


@dataclass(frozen=True)
class Chart:
    """A picture and what it shows: ``columns`` head the ``rows`` of the table; empty where there is nothing to show."""

    title: str
    svg: Svg
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to draw."""
        return not self.svg


@dataclass(frozen=True)
class Series:
    """One line of a chart: its name and a value for each day."""

    name: str
    values: Sequence[Number]


@dataclass(frozen=True)
class Limit:
    """A line that is not to be crossed, or to be reached: its name and its height."""

    name: str
    value: float


@dataclass(frozen=True)
class Pair:
    """One test on two sides, or before and now; ``reference`` is what is aimed at, ``note`` stands beside it."""

    name: str
    one: Number
    other: Number
    reference: Number = None
    note: str = ""


@dataclass(frozen=True)
class Rung:
    """One stage of a ladder: ``passed``, ``here`` or ``ahead``; ``state_word`` says it."""

    number: int
    name: str
    state: str
    state_word: str


def plain(value: float) -> str:
    """Write a number with at most two decimals and a point."""
    return f"{round(value, 2):g}"


def line_chart(
    *,
    title: str,
    about: str,
    days: Sequence[int],
    labels: Sequence[str],
    series: Sequence[Series],
    day_word: str,
    top: Number = None,
    limit: Limit | None = None,
    marks: Sequence[str] = (),
    mark_words: Mapping[str, str] | None = None,
    mark_word: str = "",
    say: Callable[[float], str] = plain,
) -> Chart:
    """Draw at most three lines over days.

    ``days`` are day numbers that rise (``date.toordinal()``) and ``labels`` their names; ``top`` is the height of the
    scale where it is fixed (10 for pain).  ``marks`` holds ``green``, ``amber``, ``red`` or "" for each day, and
    ``mark_words`` how they are called; ``mark_word`` heads their column.
    """
    days, labels, marks = days[-MOST:], labels[-MOST:], [*marks][-MOST:]
    lines = [Series(one.name, [_known(value) for value in one.values][-MOST:]) for one in series]
    words = mark_words or {}
    rows = [
        (label, *(_cell(one.values[n], say) for one in lines), *([words.get(marks[n], "")] if marks else []))
        for n, label in enumerate(labels)
    ]
    columns = (day_word, *(one.name for one in lines), *([mark_word] if marks else []))
    values = [value for one in lines for value in one.values if value is not None]
    if not values:
        return Chart(title, Svg(), columns, tuple(rows))
    scale = _scale([*values, *([limit.value] if limit else [])], top)
    canvas = Canvas(height=246 if any(marks) else 200, scale=scale, roof=52 if limit else 34)
    canvas.grid(say)
    across = _spread(days)
    if limit:
        canvas.limit(limit, say)
    for n, one in enumerate(lines[:3]):
        canvas.line(across, one.values, n)
    canvas.legend([one.name for one in lines[:3]])
    canvas.day_labels(across, labels)
    _draw_marks(canvas, across, marks, words)
    return Chart(title, canvas.svg(title, about), columns, tuple(rows))


def _draw_marks(canvas: Canvas, across: Sequence[float], marks: Sequence[str], words: Mapping[str, str]) -> None:
    size = 11 if len(across) <= 24 else 6
    for n, colour in enumerate(colour for colour in VERDICTS if colour in marks):
        canvas.verdicts(colour, [x for x, mark in zip(across, marks, strict=True) if mark == colour], 210, size)
        canvas.verdicts(colour, [LEFT + 12 + 118 * n], 234)
        canvas.text(shortened(words.get(colour, ""), 13), LEFT + 23 + 118 * n, 239)


def bar_chart(
    *,
    title: str,
    about: str,
    labels: Sequence[str],
    values: Sequence[Number],
    label_word: str,
    value_word: str,
    allowed: Sequence[tuple[Number, Number]] = (),
    allowed_word: str = "",
    over_word: str = "",
    say: Callable[[float], str] = plain,
) -> Chart:
    """Draw a bar for each week, at most 14, with the band ``(from, to)`` that was allowed; above it a bar is marked."""
    labels, values = labels[-14:], [_known(value) for value in values][-14:]
    bands = [(_known(low), _known(high)) for low, high in allowed][-14:] or [(None, None)] * len(values)
    rows = []
    for label, value, (_, high) in zip(labels, values, bands, strict=True):
        is_over = value is not None and high is not None and value > high
        shown = _cell(value, say) + (f" ({over_word})" if is_over and over_word else "")
        rows.append((label, shown, *([_cell(high, say)] if allowed else [])))
    columns = (label_word, value_word, *([allowed_word] if allowed else []))
    if not any(value is not None for value in values):
        return Chart(title, Svg(), columns, tuple(rows))
    scale = _scale([v for v in (*values, *(high for _, high in bands)) if v is not None], None)
    canvas = Canvas(height=200, scale=scale)
    canvas.grid(say)
    canvas.bars(values, bands)
    step = (RIGHT - LEFT) / len(values)
    canvas.day_labels([LEFT + step * (n + 0.5) for n in range(len(values))], labels)
    if allowed:
        canvas.band_legend(value_word, allowed_word, over_word)
    return Chart(title, canvas.svg(title, about), columns, tuple(rows))


def strip(
    *,
    title: str,
    about: str,
    heads: Sequence[str],
    offset: int,
    days: Sequence[tuple[str, str]],
    state_words: Mapping[str, str],
    day_word: str,
    state_word: str,
) -> Chart:
    """Draw weeks as rows of seven days, at most five weeks; ``offset`` is the column of the first day, 0 to 6.

    ``days`` holds (label, state); a state is ``done``, ``part``, ``missed``, ``rest`` or "" for what is still to come.
    """
    days = days[-(35 - offset) :]
    rows = tuple((label, state_words.get(state, "")) for label, state in days)
    if not days:
        return Chart(title, Svg(), (day_word, state_word), rows)
    weeks = ceil((offset + len(days)) / 7)
    canvas = Canvas(height=24 + 34 * weeks + 26)
    for n, head in enumerate(heads[:7]):
        canvas.text(head, 30 + 57 * n, 15, anchor="middle", colour=SOFT, size=13)
    places = [(30 + 57 * (n % 7), 40 + 34 * (n // 7)) for n in range(offset, offset + len(days))]
    for state in (*STATES, ""):
        canvas.days(state, [place for place, (_, told) in zip(places, days, strict=True) if told == state])
    canvas.numbers([(x + 15, y - 2, label) for (x, y), (label, _) in zip(places, days, strict=True)])
    shown = [state for state in STATES if state in {told for _, told in days}]
    for n, state in enumerate(shown):
        canvas.days(state, [(14 + 98 * n, canvas.height - 12)], size=8)
        canvas.text(shortened(state_words.get(state, ""), 10), 26 + 98 * n, canvas.height - 7)
    return Chart(title, canvas.svg(title, about), (day_word, state_word), rows)


def ladder(*, title: str, about: str, rungs: Sequence[Rung], columns: tuple[str, str, str]) -> Chart:
    """Draw stages as stairs, the first at the bottom, at most twelve; ``columns`` head number, stage and state."""
    rungs = rungs[:12]
    rows = tuple((str(rung.number), rung.name, rung.state_word) for rung in rungs)
    if not rungs:
        return Chart(title, Svg(), columns, rows)
    tall = [RUNG_HERE if rung.state == "here" else RUNG for rung in rungs]
    canvas = Canvas(height=4 + sum(tall) + 4 * len(rungs))
    for n, rung in enumerate(rungs):
        canvas.rung(2 + 7 * n, canvas.height - sum(tall[: n + 1]) - 4 * n - 2, rung)
    return Chart(title, canvas.svg(title, about), columns, rows)


def pair_chart(
    *,
    title: str,
    about: str,
    pairs: Sequence[Pair],
    words: tuple[str, str],
    columns: Sequence[str],
    say: Callable[[float], str] = plain,
) -> Chart:
    """Draw two bars for each test, at most eight, on a scale of its own, with the reference as an upright line.

    ``words`` name the two (left and right, before and now); ``columns`` head test, both, reference and note.
    """
    pairs = [
        Pair(p.name, _known(p.one), _known(p.other), _known(p.reference), p.note)
        for p in pairs[:8]
        if _known(p.one) is not None or _known(p.other) is not None
    ]
    rows = tuple((p.name, *(_cell(v, say) for v in (p.one, p.other, p.reference)), p.note) for p in pairs)
    if not pairs:
        return Chart(title, Svg(), tuple(columns), rows)
    canvas = Canvas(height=24 + 62 * len(pairs))
    canvas.pair_legend(words, columns[3] if any(p.reference is not None for p in pairs) else "")
    for n, pair in enumerate(pairs):
        canvas.pair(34 + 62 * n, pair, say)
    return Chart(title, canvas.svg(title, about), tuple(columns), rows)


def _known(value: Number) -> Number:
    return value if value is not None and isfinite(value) else None


def _cell(value: Number, say: Callable[[float], str]) -> str:
    return "" if value is None else say(value)


def _scale(values: Sequence[float], top: Number) -> list[float]:
    """Return about five round numbers that span zero and every value."""
    low, high = min([*values, 0]), max([*values, top or 0])
    if high - low < 1e-6:
        high = 1
    rough = (high - low) / 5
    size = 10 ** floor(log10(rough))
    step = next(size * n for n in (1, 2, 5, 10) if size * n >= rough * 0.999)
    return [step * n for n in range(floor(round(low / step, 6)), ceil(round(high / step, 6)) + 1)]


def _spread(days: Sequence[int]) -> list[float]:
    """Return where each day lies across the chart; a single day lies in the middle."""
    span = days[-1] - days[0]
    inner = RIGHT - LEFT - 24
    return [LEFT + 12 + (inner * (day - days[0]) / span if span else inner / 2) for day in days]
