"""{{ text|said }}: a text of the knowledge in the language of the page."""

from django import template

from clinic import language

register = template.Library()


@register.filter
def said(text):
    """Return a ``clinic.terms.Text`` in the language that is spoken now; nothing for no text."""
    return language.said(text) if text else ""
