"""{% offline_owner as owner %}: by what name a runner's records on a phone are told from another's."""

from django import template

from rehab.mine.offline import owner_of

register = template.Library()


@register.simple_tag(takes_context=True)
def offline_owner(context):
    """Return the name of whose page this is, which tells nobody who it is."""
    return owner_of(context["request"].user)
