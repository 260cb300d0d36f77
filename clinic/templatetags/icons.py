"""{% lucide "sun" size=20 %}: the icons of the lucide package, each drawn once a process instead of once a page."""

from functools import lru_cache

from django import template
from lucide.templatetags import lucide as package

register = template.Library()
drawn = lru_cache(maxsize=512)(package.lucide)


@register.simple_tag
def lucide(name, *, size=24, **attributes):
    """Return the icon; settings.py puts this tag in the place of the package's."""
    return drawn(str(name), size=size, **attributes)
