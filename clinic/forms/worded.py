"""Whose words stand beside what was typed, where a form comes back that was not taken."""

from django import forms


class WordedForm(forms.Form):
    """A form that says at which address it is asked, so that a page without the form can show its words."""

    asked_at = ""  # the name of the address; empty where nothing is typed that one would copy

    @classmethod
    def plain_fields(cls):
        """Return its fields by name, as far as no record decides which they are."""
        return cls.base_fields


def fields_at(address):
    """Return the fields that are asked at the address of this name, by name; none where no form says so."""
    found, left = {}, [WordedForm]
    while left:
        form = left.pop()
        left += form.__subclasses__()
        if form.asked_at == address:
            found |= form.plain_fields()
    return found
