"""What a form says to a runner about a mistake: what to do, in plain words, and never less than was wrong."""

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.utils.translation import gettext_lazy as _

from clinic.forms.worded import WordedForm

LOST = _("Nothing was saved: this page had lost its number. It has a new one now: send it once more.")
WHOLE = _("Enter a whole number from {low} to {high}.")
NUMBER = _("Enter a number from {low} to {high}.")


def ranged(words, field):
    """Return the words for every way in which a number can be wrong."""
    words = words.format(low=field.min_value, high=field.max_value)
    return dict.fromkeys(("required", "invalid", "min_value", "max_value", "max_digits", "max_whole_digits"), words)


def plain_words(field):
    """Return {kind of mistake: plain words} of a field; what is not named keeps Django's words."""
    if isinstance(field, forms.IntegerField) and not isinstance(field, forms.DecimalField):
        return ranged(WHOLE, field)
    if isinstance(field, forms.DecimalField):
        return ranged(NUMBER, field) | {"max_decimal_places": _("Enter at most %(max)s digits after the point.")}
    if isinstance(field, forms.ChoiceField):
        return dict.fromkeys(("required", "invalid_choice", "invalid_list"), _("Choose one of the answers."))
    if isinstance(field, forms.DateField):
        return dict.fromkeys(("required", "invalid"), _("Choose a day."))
    if isinstance(field, forms.TimeField):
        return dict.fromkeys(("required", "invalid"), _("Enter a time, such as 18:30."))
    if isinstance(field, forms.FileField):
        return {"required": _("Choose a file first.")}
    return {"required": _("Write a few words here."), "max_length": _("Write at most %(limit_value)d letters.")}


class PlainForm(WordedForm):
    """A form whose fields speak plainly, and that shows what is wrong with a field nobody sees."""

    def full_clean(self):
        """Give each field its words before anything is judged."""
        for field in self.fields.values():
            field.error_messages |= getattr(field, "plain", None) or plain_words(field)
        super().full_clean()
        for name in [name for name in self.errors if name != NON_FIELD_ERRORS and self[name].is_hidden]:
            del self._errors[name]
            self.add_error(None, LOST)
            self.mend(name)

    def mend(self, name):
        """Put right what stands in a field nobody sees, so that the next try may succeed."""
