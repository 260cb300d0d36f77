"""Forms of the screening, of the items it opens, and of the diagnosis."""

from secrets import token_hex

from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clinic.forms import THREE_WAYS, RecordForm
from clinic.language import said
from clinic.terms import Answer
from triage import written
from triage.facts import BLOOD_THINNER
from triage.models.screenings import RESULTS
from triage.words import cause_choices, known_words, sections_without

SILENT = Answer.NOT_ASSESSED
SAID = {Answer.PRESENT: _("yes"), Answer.ABSENT: _("no")}
KNOWN_RESULTS = [("", _("not recorded")), *RESULTS]


class Screening(RecordForm):
    """Every question one tap: yes, no, not asked.  "None of these" answers the rest of a shown list with no."""

    doors = ("triage:screening",)
    sheet = forms.CharField(max_length=32, required=False, widget=forms.HiddenInput)  # which opened page this is
    w10 = forms.ChoiceField(
        label=_("Is another diagnosis at least as likely as a clot?"),
        choices=THREE_WAYS,
        widget=forms.RadioSelect,
        required=False,
        help_text=_("Wells item 10, minus 2. A named clinician, with a reason."),
    )
    w10_reason = forms.CharField(label=_("Which one, and why"), max_length=500, required=False)

    def __init__(self, *args, case, stored=None, known=None, may_sign=False, **kwargs):
        """``stored`` are the answers that stand; ``known`` what the record answers and nobody is asked."""
        self.stored, self.known = stored or {}, known or {}
        self.shown = sections_without(self.known)
        self.patient = case.patient
        self.may_sign = may_sign
        super().__init__(*args, case=case, **kwargs)
        self.fields |= _fields_of(self.shown)
        self.initial |= {"w10": self.stored.get("w10", SILENT), "sheet": token_hex(8)}
        if not may_sign:
            del self.fields["w10"], self.fields["w10_reason"]

    @classmethod
    def plain_fields(cls):
        """Return w10 and every list there is."""
        return super().plain_fields() | _fields_of(sections_without({}))

    @property
    def helper(self):
        """Let crispy draw the hidden fields and w10; the template draws the lists."""
        helper = super().helper
        helper.layout = Layout("patient", "version", "sheet", *(["w10", "w10_reason"] if self.may_sign else []))
        return helper

    def clean(self):
        """Refuse "none of these" over a list in which something is present, and w10 without a reason."""
        data = super().clean()
        for section in self.shown:
            if data.get(f"none_{section.key}"):
                for row in section.rows:
                    if data.get(row.code) == Answer.PRESENT:
                        twice = gettext('%(title)s: "none of these" is ticked, but "%(label)s" is yes.')
                        self.add_error(None, twice % {"title": section.title, "label": row.label})
        if data.get("w10") == Answer.PRESENT and not data.get("w10_reason", "").strip():
            self.add_error("w10_reason", gettext("Another diagnosis needs its name and the reason."))
        return data

    def answers(self):
        """Return every answer by code, and the codes answered by "none of these"."""
        answers, shown_none = {}, set()
        for section in self.shown:
            none = self.cleaned_data.get(f"none_{section.key}")
            for row in section.rows:
                answer = Answer(self.cleaned_data.get(row.code) or SILENT)
                if none and answer is not Answer.PRESENT:
                    answer = Answer.ABSENT
                    shown_none.add(row.code)
                answers[row.code] = answer
        if self.cleaned_data.get("w10"):
            answers["w10"] = Answer(self.cleaned_data["w10"])
        return answers, shown_none

    def lists(self):
        """Return the lists with what is chosen in each, for the template."""
        return [
            {
                "section": section,
                "none": bool(self.data.get(f"none_{section.key}")) if self.is_bound else False,
                "rows": [self._row(row) for row in section.rows],
            }
            for section in self.shown
        ]

    def known_words(self):
        """Return what the record answers, in words."""
        return known_words(self.known, self.patient.sex)

    def correction(self):
        """Return in words that the screening says another thing of a blood thinner than the record, or nothing."""
        record, said = self.patient.anticoagulant, self.cleaned_data.get(BLOOD_THINNER) or SILENT
        if SILENT in (record, said) or record == said:
            return ""
        now = gettext("Blood thinner: the record said %(before)s; it now says %(after)s, as answered here.")
        return now % {"before": SAID[record], "after": SAID[said]}

    def _row(self, row):
        shown = {"asked": row, "value": self._value(row.code)}
        if row.code == BLOOD_THINNER and self.patient.anticoagulant != SILENT:
            shown["record"] = SAID[self.patient.anticoagulant]
        return shown

    def _value(self, code):
        chosen = self.data.get(code) if self.is_bound else self.stored.get(code)
        return str(chosen or SILENT)


def _fields_of(sections):
    """Return the fields of these lists: an answer to each row, and "none of these"."""
    made = {}
    for section in sections:
        for row in section.rows:
            made[row.code] = forms.ChoiceField(label=row.label, choices=THREE_WAYS, required=False)
        none = gettext("None of these: %(title)s") % {"title": section.title}
        made[f"none_{section.key}"] = forms.BooleanField(label=none, required=False)
    return made


class Void(RecordForm):
    """Why an unfinished screening is set aside."""

    doors = ("triage:void",)
    reason = forms.CharField(label=_("Why is this screening set aside?"), max_length=300)


class CloseItem(RecordForm):
    """How one item ended.  Only "excluded" unlocks; "inconclusive" stays open."""

    doors = ("triage:close_item",)
    outcome = forms.ChoiceField(
        label=_("What came out?"),
        widget=forms.RadioSelect,
        choices=[
            ("excluded", _("Excluded")),
            ("confirmed", _("Confirmed")),
            ("inconclusive", _("Inconclusive: stays open")),
        ],
    )
    scan = forms.ChoiceField(label=_("Leg vein ultrasound"), choices=KNOWN_RESULTS, required=False)
    repeat_scan = forms.ChoiceField(label=_("Repeat ultrasound after 6-8 days"), choices=KNOWN_RESULTS, required=False)
    d_dimer = forms.ChoiceField(label=_("D-dimer"), choices=KNOWN_RESULTS, required=False)
    discharged = forms.BooleanField(label=_("A written hospital discharge was seen"), required=False)
    text = forms.CharField(
        label=_("Who assessed it, where, and what was found"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args, item, **kwargs):
        super().__init__(*args, **kwargs)
        self.auto_id = f"close-{item.pk}-%s"
        if item.row != "RF-DVT":
            for name in ("scan", "repeat_scan", "d_dimer", "discharged"):
                del self.fields[name]


def ways_of_sending():
    """Return how a letter may go, in the language spoken now."""
    return [(way, said(text)) for way, text in written.WAYS.items()]


class LetterSent(RecordForm):
    """To whom a letter went, and how."""

    doors = ("triage:letter_sent",)
    to = forms.CharField(
        label=_("To whom did it go?"), max_length=200, help_text=_("Hospital, department or doctor, and the name.")
    )
    way = forms.ChoiceField(label=_("How?"), choices=ways_of_sending)


class SignItem(RecordForm):
    """A named clinician's signature for one item; which kinds there are depends on the item."""

    doors = ("triage:sign_item",)
    kind = forms.ChoiceField(label=_("I sign that"), widget=forms.RadioSelect)
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))
    limits = forms.CharField(
        label=_("Limits of the load"),
        max_length=500,
        required=False,
        help_text=_("Needed for a permission to load: what, how much, until when."),
    )

    def __init__(self, *args, item, **kwargs):
        super().__init__(*args, **kwargs)
        self.auto_id = f"sign-{item.pk}-%s"
        self.fields["kind"].choices = kinds_for(item)
        if item.level != "U":
            del self.fields["limits"]


def kinds_for(item):
    """Return the signatures that can answer an item."""
    kinds = []
    if item.signable and not item.outcome:
        kinds.append(
            (
                "considered_not_suspected",
                _("the condition was considered and is not suspected"),
            )
        )
    if item.level == "U" and item.outcome != "confirmed":
        kinds.append(("may_load", _("the leg may be loaded within limits")))
    signed = any(sign_off.kind == "considered_not_suspected" for sign_off in item.sign_offs.all())
    if item.outcome == "confirmed":
        kinds.append(("released", _("the treating service released the leg")))
    elif item.row == "RF-DVT" and signed and not item.outcome:
        kinds.append(("released", _("massage and release may be given, for the reason below")))
    return kinds


class Release(RecordForm):
    """A specialist's release of a diagnosis that must not be loaded."""

    doors = ("triage:release",)
    cause = forms.CharField(max_length=30, widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Who released it, when, and what they said"), max_length=1000)
    limits = forms.CharField(label=_("Limits"), max_length=500, required=False)


def _causes():
    return [("", _("choose")), *cause_choices()]


class RecordDiagnosis(RecordForm):
    """What the clinician calls it."""

    doors = ("triage:diagnosis",)
    cause = forms.ChoiceField(label=_("Diagnosis"), choices=_causes)
    grade = forms.TypedChoiceField(
        label=_("Strain grade"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[
            ("", _("not a strain, or not graded")),
            (1, _("1 mild")),
            (2, _("2 moderate")),
            (3, _("3 severe")),
        ],
    )
    override_reason = forms.CharField(
        label=_("Why this one"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed when it is not the one the ranking puts first."),
    )
