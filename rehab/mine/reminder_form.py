"""When a runner is reminded, and of what."""

from copy import deepcopy
from datetime import time

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rehab.knowledge import rehab_knowledge
from rehab.mine.plain import PlainForm
from rehab.rules.reminders import Wish

EARLIEST, LATEST = time(5), time(21)  # nobody is mailed in the night


def wish_words():
    """Return in words what each wish asks for."""
    table = rehab_knowledge().reminders
    days = {"first": table.silent_first_days, "second": table.silent_second_days}
    return {
        Wish.SESSION: gettext("When a session is due today and not logged yet"),
        Wish.SILENCE: gettext("When nothing was logged for %(first)s days, and for %(second)s") % days,
        Wish.MORNING: gettext("On the morning after a session: how was it?"),
    }


def time_field(label):
    """Return a time of the day at which a mail may leave."""
    bounds = {"type": "time", "min": f"{EARLIEST:%H:%M}", "max": f"{LATEST:%H:%M}", "step": 300}
    return forms.TimeField(label=label, widget=forms.TimeInput(format="%H:%M", attrs=bounds))


class Reminders(PlainForm):
    """The times, and a tick for each kind of reminder."""

    doors = ("rehab:my_reminders",)
    wants_session = forms.BooleanField(required=False)
    wants_silence = forms.BooleanField(required=False)
    session_time = time_field(_("At what time?"))
    wants_morning = forms.BooleanField(required=False)
    morning_time = time_field(_("At what time in the morning?"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields |= self.plain_fields()

    @classmethod
    def plain_fields(cls):
        """Return the ticks in their words, and the times."""
        made = deepcopy(cls.base_fields)
        for wish, words in wish_words().items():
            made[f"wants_{wish}"].label = words
        return made

    def clean_session_time(self):
        """Refuse a time in the night."""
        return _in_the_day(self.cleaned_data["session_time"])

    def clean_morning_time(self):
        """Refuse a time in the night."""
        return _in_the_day(self.cleaned_data["morning_time"])


def _in_the_day(chosen):
    if not EARLIEST <= chosen <= LATEST:
        raise forms.ValidationError(_("Choose a time between 5:00 and 21:00."))
    return chosen
