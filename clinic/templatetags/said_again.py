"""{{ reason.text|said_again }}: what a rule or the record says in English, in the language of the page."""

from django import template

from clinic import phrases

register = template.Library()


@register.filter
def said_again(text):
    """Return the sentences of the knowledge in a text as they are said now; other words stay as they are."""
    return phrases.said_again(str(text or ""))
