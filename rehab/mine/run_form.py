"""The form of a run: what is needed stands first and takes seconds; the rest is folded away."""

from decimal import Decimal
from math import ceil

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clinic.language import said
from clinic.units import km_from, unit_word
from rehab.actions import RunTold, SessionTold
from rehab.knowledge import rehab_knowledge
from rehab.mine.forms import Amount, Rating, Told

FREE = "free"
MOST_MINUTES = 1440
FOLDED = (
    *("day", "pain_before", "longest_run_minutes", "hills", "surface", "shoes", "cadence"),
    *("onset_minute", "relief_minutes", "sleeve", "sleep", "fatigue", "note"),
)


def _whole(label, lowest, highest, **kwargs):
    widget = forms.NumberInput(attrs={"inputmode": "numeric"})
    return forms.IntegerField(label=label, required=False, min_value=lowest, max_value=highest, widget=widget, **kwargs)


class RunForm(Told):
    """A run or a walk, logged by hand.  ``stage`` is where the runner stands on the ladder, or None."""

    doors = ("rehab:my_run", "rehab:my_correction")
    run_minutes = Amount(label=_("Minutes of running"), highest=MOST_MINUTES)
    walk_minutes = Amount(label=_("Minutes of walking"), highest=MOST_MINUTES)
    longest_run_minutes = Amount(label=_("Longest stretch of running, in minutes"), highest=MOST_MINUTES)
    hills = forms.BooleanField(label=_("There were hills"), required=False)
    surface = forms.CharField(label=_("Surface, such as road or trail"), required=False, max_length=40)
    shoes = forms.CharField(label=_("Shoes"), required=False, max_length=80)
    cadence = _whole(_("Steps a minute"), 30, 300)
    onset_minute = _whole(_("If it began to hurt: in which minute?"), 0, 600)
    relief_minutes = _whole(_("After how many minutes of rest was it gone?"), 0, MOST_MINUTES)
    sleeve = forms.TypedChoiceField(
        label=_("Did you wear a compression sleeve?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        coerce=lambda value: value == "yes",
        empty_value=None,
        widget=forms.RadioSelect,
        required=False,
    )
    sleep = Rating(label=_("How did you sleep?"), low=_("badly"), high=_("very well"), required=False)
    fatigue = Rating(label=_("How tired were you before it?"), low=_("fresh"), high=_("worn out"), required=False)
    none = forms.BooleanField(label=_("None of these, since I last answered"), required=False)

    field_order = ("key", "began", "stage", "distance", "run_minutes", "walk_minutes", "pain_during", "effort")

    def __init__(self, *args, stage=None, units="metric", asks_safety=True, **kwargs):
        super().__init__(*args, **kwargs)
        self.units = units
        self.asks_safety = asks_safety
        del self.fields["minutes"]
        if not asks_safety:
            del self.fields["none"]
        label = gettext("Distance in {unit}").format(unit=unit_word(units, "distance"))
        self.fields["distance"] = Amount(label=label, highest=500)
        self.fields["stage"] = self._stage_field(stage)
        self.order_fields(self.field_order)

    @classmethod
    def plain_fields(cls):
        """Return what a run is asked, its distance without a unit."""
        stages = [(str(s.number), f"{gettext('Stage')} {s.number}") for s in rehab_knowledge().running.stages]
        stage = forms.ChoiceField(label=_("What was it?"), choices=[*stages, (FREE, _("Another run or walk"))])
        return super().plain_fields() | {"stage": stage, "distance": Amount(label=_("Distance"), highest=500)}

    @staticmethod
    def _stage_field(stage):
        stages = [s for s in rehab_knowledge().running.stages if stage is not None and s.number == stage]
        known = [(str(s.number), f"{gettext('Stage')} {s.number}: {said(s.text)}") for s in stages]
        choices = [*known, (FREE, _("Another run or walk"))]
        return forms.ChoiceField(
            label=_("What was it?"), choices=choices, initial=choices[0][0], widget=forms.RadioSelect
        )

    @property
    def folded(self):
        """Return the fields that are folded away, in order."""
        return [self[name] for name in FOLDED]

    @property
    def folded_is_wrong(self):
        """Return whether something folded away must be mended, so that it has to be open."""
        return any(self[name].errors for name in FOLDED) if self.is_bound else False

    def clean(self):
        """A run has a distance or minutes; the safety list must have been read."""
        data = super().clean()
        if not any(data.get(name) for name in ("distance", "run_minutes", "walk_minutes")) and not self.errors:
            self.add_error("run_minutes", _("Say how far or how long it was."))
        if self.asks_safety and not data.get("none"):
            self.add_error("none", _("Tick this if none of them is true. If one is, tell us below: it comes first."))
        return data

    def run(self):
        """Return what was run as :class:`rehab.actions.RunTold`."""
        data = self.cleaned_data
        names = ("run_minutes", "walk_minutes", "hills", "surface", "shoes", "cadence", "onset_minute")
        found = {name: data[name] for name in (*names, "relief_minutes", "sleeve", "sleep", "fatigue")}
        if data["walk_minutes"] and data["run_minutes"] is None and not data["distance"]:
            found["run_minutes"] = Decimal(0)  # nothing but walking was told
        longest = data["longest_run_minutes"]
        if longest is None and data["run_minutes"] and not data["walk_minutes"]:
            longest = data["run_minutes"]  # nothing but running: one stretch
        stage = None if data["stage"] == FREE else int(data["stage"])
        return RunTold(stage=stage, km=km_from(data["distance"], self.units), longest_run_minutes=longest, **found)

    def session(self):
        """Return the run as :class:`rehab.actions.SessionTold`; its minutes are those of running and walking."""
        minutes = sum(self.cleaned_data[name] or Decimal(0) for name in ("run_minutes", "walk_minutes"))
        return SessionTold(**self.told() | {"minutes": ceil(minutes) or None})
