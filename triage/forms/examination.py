"""The examination as one form: tests left and right, findings three-valued, the palpation picture."""

from dataclasses import dataclass, replace

from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clinic.forms import THREE_WAYS, RecordForm
from clinic.language import kept_by_language, said
from clinic.terms import Answer, Measurement, Side
from triage.knowledge import triage_knowledge
from triage.knowledge.zones import ZONES
from triage.words import SIDE_WORDS, Asked, fail_lines, row_title

REGIONS = {
    "core": _("Core: three planes, six motions"),
    "hip": _("Hip and pelvis"),
    "ankle": _("Ankle and calf length"),
    "calf": _("Calf strength and girth"),
    "foot": _("Foot"),
    "gait": _("Gait"),
    "nerve": _("Nerves"),
    "vascular": _("Blood vessels"),
}
GROUPS = {  # of findings that belong to no single condition
    "story": _("The story"),
    "before": _("History"),
    "derived": _("Read from other answers"),
    "bone": _("Bone"),
    "calf": _("Calf"),
}
PALPATION = "palpation"
PAIN_MAX = 10
PICTURE = 104  # where the mirrored left leg of the picture begins
FELT = {
    "stretch": _("stretch in the calf"),
    "block": _("block at the front of the ankle"),
    "both": _("both"),
}
TENDER = [(0, _("0 none")), (1, _("1 tender")), (2, _("2 winces")), (3, _("3 withdraws"))]
ZONE_FACTS = {zone.code: zone.states for zone in ZONES if zone.states}


@dataclass(frozen=True)
class Group:
    """Findings that belong to one condition, over which "none of these" may be ticked."""

    key: str
    title: str
    rows: tuple[Asked, ...]


@kept_by_language
def tests_by_region():
    """Return (region title, its tests) in the order of the table; palpation has a picture of its own."""
    regions = {}
    for test in triage_knowledge().tests.values():
        if test.region != PALPATION:
            regions.setdefault(test.region, []).append(test)
    return tuple(
        (region, str(REGIONS.get(region, region.capitalize())), tuple(tests)) for region, tests in regions.items()
    )


@kept_by_language
def finding_groups():
    """Return findings and examination signs, grouped by the condition they feed, each once."""
    groups = {}
    for entry in triage_knowledge().codes:
        if entry.kind in ("finding", "sign"):
            groups.setdefault(entry.row, []).append(
                Asked(entry.code, said(entry.label), False, entry.mark, ", ".join(entry.source))
            )
    return tuple(Group(row or "other", _group_title(row), tuple(rows)) for row, rows in groups.items())


def _group_title(row):
    if not row:
        return gettext("Other findings")
    known = {cause.code: said(cause.name) for cause in triage_knowledge().causes.causes}
    return str(known.get(row) or GROUPS.get(row) or REGIONS.get(row) or row_title(row))


def _fields_of(test, key, on):
    """Return the fields of one test on one side, ``on`` it in words."""
    label = f"{said(test.name)}{on}"
    limits = {"label": label, "required": False, "min_value": test.low, "max_value": test.high}
    halves = gettext("%(label)s: write a whole number; %(unit)s have no halves.")
    whole = {"invalid": halves % {"label": label, "unit": test.unit}}
    made = {
        f"v_{key}": forms.IntegerField(error_messages=whole, **limits)
        if test.is_counted
        else forms.FloatField(**limits),
        f"p_{key}": forms.IntegerField(
            label=gettext("%(label)s: pain 0-10") % {"label": label}, required=False, min_value=0, max_value=PAIN_MAX
        ),
    }
    if test.methods:
        choices = [("", gettext("not said")), *((method, FELT.get(method, method)) for method in test.methods)]
        felt = gettext("%(label)s: felt as") % {"label": label}
        made[f"m_{key}"] = forms.ChoiceField(label=felt, choices=choices, required=False)
    if test.pain_fails:
        failed = gettext("%(label)s: not possible") % {"label": label}
        made[f"x_{key}"] = forms.BooleanField(label=failed, required=False)
    return made


def sided_tests():
    """Yield (test, side) for every place a value can be typed."""
    for test in triage_knowledge().tests.values():
        for side in test.sides:
            yield test, side


class Examination(RecordForm):
    """Everything of one examination; what is left empty was not assessed."""

    doors = ("triage:examination",)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields |= self.plain_fields()

    @classmethod
    def plain_fields(cls):
        """Return the values and notes of every test, and every finding."""
        made = {}
        for test, side in sided_tests():
            made |= _fields_of(test, f"{test.code}_{side}", "" if side == Side.NONE else f", {SIDE_WORDS[side]}")
        for group in finding_groups():
            none = gettext("None of these: %(title)s") % {"title": group.title}
            made[f"none_{group.key}"] = forms.BooleanField(label=none, required=False)
            for row in group.rows:
                made[row.code] = forms.ChoiceField(label=row.label, choices=THREE_WAYS, required=False)
        return made

    @property
    def helper(self):
        """Let crispy draw the hidden fields; the template draws the tests."""
        helper = super().helper
        helper.layout = Layout("patient", "version")
        return helper

    def clean(self):
        """Refuse what contradicts itself, and an examination in which nothing was recorded."""
        data = super().clean()
        for test, side in sided_tests():
            self._clean_test(data, test, f"{test.code}_{side}")
        for group in finding_groups():
            if data.get(f"none_{group.key}") and any(data.get(row.code) == Answer.PRESENT for row in group.rows):
                twice = gettext('%(title)s: "none of these" is ticked, but one is yes.')
                self.add_error(None, twice % {"title": group.title})
        if not self.errors and not self.measured() and not self.findings()[0]:
            self.add_error(None, gettext("Nothing was recorded yet."))
        return data

    def _clean_test(self, data, test, key):
        value, pain, unable = data.get(f"v_{key}"), data.get(f"p_{key}"), data.get(f"x_{key}")
        label = {"label": self.fields[f"v_{key}"].label}
        if unable and value is not None:
            self.add_error(f"v_{key}", gettext("%(label)s: a value, or not possible; not both.") % label)
        if unable and pain is None:
            self.add_error(f"p_{key}", gettext("%(label)s: not possible; how much did it hurt, 0 to 10?") % label)
        if test.pain_fails and pain is not None and value is None and not unable and f"v_{key}" not in self.errors:
            unsaid = gettext("%(label)s: pain without a value; write the value, or tick not possible.")
            self.add_error(f"v_{key}", unsaid % label)

    def measured(self):
        """Return {(test, side): value, unit, method, pain} of what was measured or not possible."""
        found = {}
        for test, side in sided_tests():
            key = f"{test.code}_{side}"
            value, pain = (
                self.cleaned_data.get(f"v_{key}"),
                self.cleaned_data.get(f"p_{key}"),
            )
            not_possible = self.cleaned_data.get(f"x_{key}")
            if value is None and pain is None and not not_possible:
                continue
            method = self.cleaned_data.get(f"m_{key}", "")
            found[test.code, side] = {
                "value": value,
                "unit": test.unit,
                "method": method,
                "pain_nprs": pain,
            }
        return found

    def findings(self):
        """Return every answered finding by code, and the codes answered by "none of these"."""
        answers, shown_none = {}, set()
        for group in finding_groups():
            none = self.cleaned_data.get(f"none_{group.key}")
            for row in group.rows:
                answer = Answer(self.cleaned_data.get(row.code) or Answer.NOT_ASSESSED)
                if none and answer is not Answer.PRESENT:
                    answer = Answer.ABSENT
                    shown_none.add(row.code)
                if answer is not Answer.NOT_ASSESSED:
                    answers[row.code] = answer
        return answers | self._tender_facts(), shown_none

    def _tender_facts(self):
        """Return the facts that a tender zone states, such as tenderness along the deep veins."""
        symptomatic = {"both": ("left", "right")}.get(self.case.side, (self.case.side,))
        return {
            fact: Answer.PRESENT
            for zone, fact in ZONE_FACTS.items()
            if any((self.cleaned_data.get(f"v_{zone}_{side}") or 0) >= 1 for side in symptomatic)
        }


def typed(facts, form):
    """Return the facts with what is being typed in the examination; nothing is saved."""
    measured = tuple(
        Measurement(test, Side(side), m["value"], m["unit"], m["method"] or None, m["pain_nprs"])
        for (test, side), m in form.measured().items()
    )
    answers = {**facts.answers, **form.findings()[0]}
    return replace(facts, answers=answers, measurements=(*facts.measurements, *measured))


def zones(form, previous):
    """Return the zones with their two sides, for the picture and the list beside it."""
    names = {test.code: said(test.name) for test in triage_knowledge().tests.values()}
    return [
        {
            "zone": zone,
            "number": number,
            "mirrored": PICTURE - zone.at[0],
            "name": names[zone.code],
            "sides": [place(form, zone.code, side, previous) for side in ("left", "right")],
            "levels": TENDER,
        }
        for number, zone in enumerate(ZONES, start=1)
        if zone.code in names
    ]


def place(form, code, side, previous):
    """Return one place where a value is typed: names, what was typed, what was found before."""
    key = f"{code}_{side}"

    def value(prefix):
        return form.data.get(f"{prefix}_{key}", "") if form.is_bound else ""

    before = previous.get((code, side))
    symptomatic = form.case.side in (side, "both") and side != Side.NONE
    return {
        "key": key,
        "side": side,
        "side_words": SIDE_WORDS.get(side, ""),
        "value": value("v"),
        "pain": value("p"),
        "method": value("m"),
        "impossible": bool(value("x")),
        "before": before,
        "errors": form.errors.get(f"v_{key}", []),
        "pain_errors": form.errors.get(f"p_{key}", []),
        "symptomatic": symptomatic,
    }


def regions(form, previous):
    """Return the regions with each test, left and right side by side, and the findings before."""
    return [
        {"key": region, "title": title, "tests": [_test_row(form, test, previous) for test in tests]}
        for region, title, tests in tests_by_region()
    ]


def _test_row(form, test, previous):
    """Return one test; a fail line that holds for every side is said once."""
    lines = [fail_lines(test, side, form.case.patient.sex) for side in test.sides]
    instead_of = triage_knowledge().tests.get(test.alternative_to)
    shared = lines[0] if len(set(lines)) == 1 else ""
    return {
        "test": test,
        "methods": [(method, FELT.get(method, method)) for method in test.methods],
        "instead_of": said(instead_of.name) if instead_of else "",
        "reference": shared,
        "sides": [
            {**place(form, test.code, side, previous), "reference": "" if shared else line}
            for side, line in zip(test.sides, lines, strict=True)
        ],
    }


def groups(form, previous):
    """Return the groups of findings with what is chosen and what was found before.

    A group opens by itself where something is present, or was; the rest stays folded, with the count of what is known.
    """

    def chosen(code):
        return form.data.get(code) or str(Answer.NOT_ASSESSED) if form.is_bound else str(Answer.NOT_ASSESSED)

    return [
        {
            "section": group,
            "none": bool(form.is_bound and form.data.get(f"none_{group.key}")),
            "is_open": any(_is_there(row.code, chosen, previous) for row in group.rows),
            "known": sum((row.code, "none") in previous for row in group.rows),
            "rows": [
                {
                    "asked": row,
                    "value": chosen(row.code),
                    "before": previous.get((row.code, "none")),
                }
                for row in group.rows
            ],
        }
        for group in finding_groups()
    ]


def _is_there(code, chosen, previous):
    before = previous.get((code, "none"))
    return chosen(code) == Answer.PRESENT or (before is not None and before.answer == Answer.PRESENT)
