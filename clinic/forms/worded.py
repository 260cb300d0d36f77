"""Whose words stand beside what was typed, where a form comes back that was not taken."""

from django import forms


class WordedForm(forms.Form):
    """A form that names the doors it is asked at, so that a page without the form can show its words."""

    doors = ()  # names of addresses; none where nothing is typed that one would copy

    @classmethod
    def plain_fields(cls):
        """Return its fields by name, as far as no record decides which they are."""
        return cls.base_fields


def fields_at(door):
    """Return the fields that are asked at the address of this name, by name; none where no form says so."""
    found, left = {}, [WordedForm]
    while left:
        form = left.pop()
        left += form.__subclasses__()
        if door in form.doors:
            found |= form.plain_fields()
    return found
