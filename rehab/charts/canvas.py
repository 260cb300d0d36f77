"""The pencil of the charts: lines, bars, shapes and words as SVG attributes, in one grid of 400 units across."""

from collections.abc import Callable, Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rehab.charts import Limit, Number, Pair, Rung

WIDTH, LEFT, RIGHT = 400, 34, 392
FLOOR = 172  # where the foot of a scale lies
INK, SOFT, LINE, TEAL, PALE, RED = "#1d2b2f", "#4b5a5f", "#d9d4ca", "#0b5c66", "#e3f0f1", "#9f1239"
SIZE, SMALL = 14, 12  # of words
LETTER = 7.4  # how wide a letter is, about
RUNG, RUNG_HERE = 28, 46  # how tall a stair is
DASHES_LIMIT = "8 3 2 3"
DASHES = ("", "5 4", "1 4")
TICK = "m-4 0l3 3l5-6"
CROSS = "m-3-3l6 6m0-6l-6 6"


class Svg(str):
    """Markup of our own making, which templates need not escape: every word in it is escaped already."""

    def __html__(self) -> str:
        return self


def at(value: float) -> str:
    """Write a place with one decimal at most."""
    return f"{round(value, 1):g}"


def shortened(words: str, most: int) -> str:
    """Cut words that would leave the picture, at a semicolon where that is enough; the table has them whole."""
    if len(words) <= most:
        return words
    first = words.partition(";")[0]
    return first if len(first) <= most else words[: most - 1].rstrip() + "…"


class Canvas:
    """One picture in the making.  ``scale`` holds the numbers of its upright axis, ``roof`` says where that ends."""

    def __init__(self, *, height: float, scale: Sequence[float] = (0, 1), roof: float = 34) -> None:
        self.height = height
        self.roof = roof
        self.scale = scale
        self.parts: list[str] = []

    def svg(self, title: str, about: str) -> Svg:
        """Return the picture with its title and description."""
        box = f'viewBox="0 0 {WIDTH} {at(self.height)}"'
        head = f'<svg class="chart-svg" {box} role="img" font-size="{SIZE}" fill="{INK}">'
        told = f"<title>{escape(title)}</title><desc>{escape(about)}</desc>"
        return Svg(head + told + "".join(self.parts) + "</svg>")

    def y(self, value: float) -> float:
        """Return how high a value lies; what leaves the scale lies on its edge."""
        low, high = self.scale[0], self.scale[-1]
        share = (min(max(value, low), high) - low) / (high - low)
        return FLOOR - share * (FLOOR - self.roof)

    def path(
        self, d: str, colour: str = INK, width: float = 1, fill: str = "none", dash: str = "", cap: str = ""
    ) -> None:
        """Draw a path."""
        more = (f' stroke-dasharray="{dash}"' if dash else "") + (f' stroke-linecap="{cap}"' if cap else "")
        self.parts.append(f'<path d="{d}" fill="{fill}" stroke="{colour}" stroke-width="{at(width)}"{more}/>')

    def box(self, x: float, y: float, width: float, height: float, fill: str, edge: str = "", dash: str = "") -> None:
        """Draw a rectangle."""
        line = f' stroke="{edge}"' if edge else ""
        line += f' stroke-dasharray="{dash}"' if dash else ""
        place = f'x="{at(x)}" y="{at(y)}" width="{at(max(width, 0))}" height="{at(max(height, 0))}"'
        self.parts.append(f'<rect {place} fill="{fill}"{line}/>')

    def text(
        self,
        words: str,
        x: float,
        y: float,
        *,
        anchor: str = "",
        colour: str = "",
        size: float = SIZE,
        bold: bool = False,
    ) -> None:
        """Write words; nothing where there are none."""
        more = (f' text-anchor="{anchor}"' if anchor else "") + (f' fill="{colour}"' if colour else "")
        more += (f' font-size="{at(size)}"' if size != SIZE else "") + (' font-weight="700"' if bold else "")
        if words:
            self.parts.append(f'<text x="{at(x)}" y="{at(y)}"{more}>{escape(words)}</text>')

    def dots(self, places: Sequence[tuple[float, float]], width: float, colour: str, cap: str = "round") -> None:
        """Draw a dot, or with ``square`` a square, at each place: lines of no length with thick ends."""
        if places:
            self.path("".join(f"M{at(x)} {at(y)}h0" for x, y in places), colour, width, cap=cap)

    def grid(self, say: Callable[[float], str]) -> None:
        """Draw the upright scale with its lines."""
        lines = "".join(f"M{LEFT} {at(self.y(value))}H{RIGHT}" for value in self.scale)
        self.path(lines, LINE)
        for value in self.scale:
            self.text(say(round(value, 6)), LEFT - 6, self.y(value) + 4, anchor="end", colour=SOFT, size=13)

    def limit(self, limit: "Limit", say: Callable[[float], str]) -> None:
        """Draw the line of a limit and name it above the picture, below the names of the lines."""
        self.path(f"M{LEFT} {at(self.y(limit.value))}H{RIGHT}", INK, 1.6, dash=DASHES_LIMIT)
        self.path(f"M{LEFT} 33h22", INK, 1.6, dash=DASHES_LIMIT)
        self.text(shortened(f"{limit.name} {say(limit.value)}", 44), LEFT + 28, 37)

    def line(self, across: Sequence[float], values: Sequence["Number"], number: int) -> None:
        """Draw one line with a shape at each value: dot, square or ring; a gap where a value is not known."""
        colour = (TEAL, INK, SOFT)[number]
        known = [(x, self.y(value)) for x, value in zip(across, values, strict=True) if value is not None]
        d, is_on = "", False
        for x, value in zip(across, values, strict=True):
            d += f"{'L' if is_on else 'M'}{at(x)} {at(self.y(value))}" if value is not None else ""
            is_on = value is not None
        self.path(d, colour, 1.8, dash=DASHES[number])
        self.shapes(known, number, colour, 7 if len(values) <= 24 else 5)

    def shapes(self, places: Sequence[tuple[float, float]], number: int, colour: str, size: float = 7) -> None:
        """Draw the shape of a line at each place."""
        if number == 0:
            self.dots(places, size, colour)
        else:
            cap = "square" if number == 1 else "round"
            self.dots(places, size, colour, cap)
            self.dots(places if size > 5 else (), size / 2, "#fff", cap)

    def legend(self, names: Sequence[str]) -> None:
        """Name the lines above the picture; a long name has the room that short ones leave."""
        needs = [30 + LETTER * len(name) for name in names]
        spare = (RIGHT - LEFT - sum(needs)) / max(len(names), 1)
        widths = [need + spare for need in needs] if spare >= 0 else [(RIGHT - LEFT) / len(names)] * len(names)
        for n, (name, width) in enumerate(zip(names, widths, strict=True)):
            x, colour = LEFT + sum(widths[:n]), (TEAL, INK, SOFT)[n]
            self.path(f"M{at(x)} 13h22", colour, 1.8, dash=DASHES[n])
            self.shapes([(x + 11, 13)], n, colour)
            self.text(shortened(name, int((width - 30) / LETTER + 1e-6)), x + 28, 17)

    def day_labels(self, across: Sequence[float], labels: Sequence[str]) -> None:
        """Write as many labels under the picture as have room, the last one always."""
        longest = max((len(label) for label in labels), default=0)
        room = max(longest * LETTER + 10, 26)
        left = float("inf")
        for x, label in reversed(list(zip(across, labels, strict=True))):
            half = len(label) * LETTER / 2
            x = min(max(x, half), WIDTH - half)
            if x <= left - room:
                self.text(label, x, FLOOR + 18, anchor="middle", colour=SOFT, size=13)
                left = x

    def verdicts(self, colour: str, across: Sequence[float], y: float, size: float = 11) -> None:
        """Draw verdicts in a row: a ring, a triangle or a full square."""
        if colour == "green":
            self.dots([(x, y) for x in across], size, "#166534")
            self.dots([(x, y) for x in across], size * 0.6, "#fff")
        elif colour == "amber" and across:
            side = at(size * 1.1)
            shape = f"h{side}l-{at(size * 0.55)}-{at(size)}z"
            feet = "".join(f"M{at(x - size * 0.55)} {at(y + size * 0.45)}{shape}" for x in across)
            self.path(feet, "#92400e", 1.6, fill="#fdf1e2")
        elif colour == "red":
            self.dots([(x, y) for x in across], size * 0.9, RED, "square")

    def bars(self, values: Sequence["Number"], bands: Sequence[tuple["Number", "Number"]]) -> None:
        """Draw bars over their bands; a bar above its band gets a dark cap and a sign."""
        step = (RIGHT - LEFT) / len(values)
        for n, (value, (low, high)) in enumerate(zip(values, bands, strict=True)):
            x = LEFT + step * n
            if high is not None:
                top = self.y(high)
                self.box(x + 1, top, step - 2, self.y(low or 0) - top, PALE, SOFT, "3 2")
            if value is None:
                continue
            width = min(step * 0.56, 40)
            middle, top = x + step / 2, self.y(value)
            self.box(middle - width / 2, top, width, self.y(0) - top, TEAL)
            if high is not None and value > high:
                self.box(middle - width / 2, top, width, self.y(high) - top, INK)
                self.path(f"M{at(middle - 6)} {at(top - 4)}h12l-6-11z", INK, fill="#fff")
                self.path(f"M{at(middle)} {at(top - 11)}v3m0 2v1", INK, 1.4)

    def band_legend(self, value_word: str, allowed_word: str, over_word: str) -> None:
        """Name bar, band and sign above the picture."""
        self.box(0, 8, 12, 12, TEAL)
        self.text(shortened(value_word, 15), 17, 19)
        self.box(140, 8, 12, 12, PALE, SOFT, "3 2")
        self.text(shortened(allowed_word, 13), 157, 19)
        if over_word:
            self.path("M268 19h12l-6-11z", INK, fill="#fff")
            self.path("M274 12v3m0 2v1", INK, 1.4)
            self.text(shortened(over_word, 15), 285, 19)

    def days(self, state: str, places: Sequence[tuple[float, float]], size: float = 12) -> None:
        """Draw days of one state: full with a tick, half, empty with a cross, a dot for rest, a frame for to come."""

        def each(shape: str) -> str:
            return "".join(f"M{at(x)} {at(y)}{shape}" for x, y in places)

        box = f"m-{at(size)}-{at(size)}h{at(2 * size)}v{at(2 * size)}h-{at(2 * size)}z"
        if not places:
            return
        if state == "done":
            self.path(each(box), TEAL, fill=TEAL)
            self.path(each(TICK), "#fff", 2)
        elif state == "part":
            self.path(each(box), TEAL)
            self.path(each(f"m-{at(size)} 0h{at(2 * size)}v{at(size)}h-{at(2 * size)}z"), TEAL, fill=TEAL)
        elif state == "missed":
            self.path(each(box) + each(CROSS), INK, 1.4)
        elif state == "rest":
            self.dots(places, 5, SOFT)
        else:
            self.path(each(box), SOFT, dash="2 3")

    def numbers(self, told: Sequence[tuple[float, float, str]]) -> None:
        """Write small quiet words at places."""
        words = "".join(f'<text x="{at(x)}" y="{at(y)}">{escape(label)}</text>' for x, y, label in told if label)
        self.parts.append(f'<g fill="{SOFT}" font-size="{SMALL}">{words}</g>')

    def rung(self, x: float, y: float, rung: "Rung") -> None:
        """Draw one stair with its number and name; the runner's own is taller, a passed one has a tick."""
        width, height = WIDTH - x - 4, RUNG_HERE if rung.state == "here" else RUNG
        is_reached = rung.state in ("here", "passed")
        self.box(
            x,
            y,
            width,
            height,
            PALE if is_reached else "#fff",
            TEAL if is_reached else SOFT,
            "" if is_reached else "3 3",
        )
        self.text(str(rung.number), x + 10, y + 19, bold=True, size=14)
        if rung.state == "here":
            self.path(f"M{at(x)} {at(y)}h{at(width)}v{height}h-{at(width)}z", INK, 3)
            self.path(f"M{at(x + width - 24)} {at(y + 22)}h12m-5-5l5 5l-5 5", INK, 2.4)
            self.text(shortened(rung.name, int((width - 62) / LETTER / 1.1)), x + 30, y + 19, bold=True)
            self.text(shortened(rung.state_word, int((width - 62) / LETTER)), x + 30, y + 37)
            return
        self.text(shortened(rung.name, int((width - 54) / LETTER)), x + 30, y + 19)
        if rung.state == "passed":
            self.path(f"M{at(x + width - 13)} {at(y + 14)}{TICK}", TEAL, 2.2)

    def pair_legend(self, words: tuple[str, str], reference_word: str) -> None:
        """Name the two bars and the upright line."""
        self.box(0, 4, 12, 12, TEAL)
        self.text(shortened(words[0], 14), 17, 15)
        self.box(124, 4.5, 11, 11, "#fff", INK)
        self.text(shortened(words[1], 14), 141, 15)
        if reference_word:
            self.path("M252 2v16", INK, 2.4, dash="4 2")
            self.text(shortened(reference_word, 18), 260, 15)

    def pair(self, y: float, pair: "Pair", say: Callable[[float], str]) -> None:
        """Draw one test: its name and note, a full bar, an empty bar, the reference across both."""
        note = shortened(pair.note, 22)
        self.text(shortened(pair.name, int((WIDTH / LETTER - len(note)) / 1.12)), 0, y + 10, bold=True)
        self.text(note, WIDTH, y + 10, anchor="end")
        largest = max([abs(v) for v in (pair.one, pair.other, pair.reference) if v is not None] + [1e-9])
        span = 330 / largest
        ends = []
        for n, value in enumerate((pair.one, pair.other)):
            width = 0 if value is None else max(abs(value) * span, 1)
            self.box(
                0 if n == 0 else 0.5, y + 17 + 17 * n, width, 13, TEAL if n == 0 else "#fff", "" if n == 0 else INK
            )
            ends.append((width + 6, y + 28 + 17 * n, "–" if value is None else say(value)))
        if pair.reference is not None:
            line = abs(pair.reference) * span
            self.path(f"M{at(line)} {at(y + 14)}v36", INK, 2.4, dash="4 2")
            ends = [(line + 6 if x - 8 < line < x + LETTER * len(w) else x, foot, w) for x, foot, w in ends]
        for x, foot, words in ends:
            self.text(words, x, foot)
