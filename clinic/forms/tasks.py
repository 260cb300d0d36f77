"""What is said about one task: seen, or done with words."""

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.actions import StaleRecord
from clinic.forms import PlainForm


class AboutTask(PlainForm):
    """A form about one task: it names the runner; whether the task still stands open is asked under the lock."""

    patient = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args, task, **kwargs):
        self.task = task
        task.case.read_by = self  # an answer that comes too late shows what was typed in this form's words
        super().__init__(*args, initial={"patient": task.case.patient_id}, **kwargs)

    def clean(self):
        """Refuse a form that was made for another runner, or does not say for whom it is."""
        data = super().clean()
        if data.get("patient") != self.task.case.patient_id:
            raise StaleRecord(self.task.case, form=self)
        return data


class FinishTask(AboutTask):
    """What was done about a task."""

    doors = ("clinic:task_done",)
    text = forms.CharField(
        label=_("What was done?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "autofocus": True}),
        help_text=_("In words, for whoever reads the case next."),
    )
