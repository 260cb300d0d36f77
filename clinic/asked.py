"""What somebody looks for names runners: it travels in a form and is kept in their session, never in an address.

The address holds a key to it, one for each search, so that the back button, a second tab and a page of a list each find
their own; an old key, or another person's, asks nothing.
"""

import secrets

from django.shortcuts import redirect
from django.urls import reverse

KEPT = 20  # searches of one session; the oldest is forgotten
LONGEST = 200  # letters of one answer
SEARCH = "q"  # the search box of a list of the admin


def ask(request, route, form_class):
    """Keep what was typed into a form, and lead to the address that shows what it finds."""
    said = {name: request.POST[name][:LONGEST] for name in form_class.base_fields if request.POST.get(name)}
    return redirect(f"{reverse(route)}?asked={keep(request, said)}" if said else route)


def keep(request, said):
    """Keep {field: text} in the session and return the key to it."""
    key = secrets.token_urlsafe(9)
    before = request.session.get("asked", {})
    request.session["asked"] = dict([*before.items(), (key, said)][-KEPT:])
    return key


def kept(request, key):
    """Return {field: text} of one search of this session; empty where there is none."""
    return request.session.get("asked", {}).get(key, {})


def what_was_asked(request):
    """Return {field: text} of the search that this address is about; empty where there is none."""
    return kept(request, request.GET.get("asked", ""))


def is_search_of_a_list(request):
    """Return whether this is the search box of a list of the admin, and not something to be done with its rows."""
    return request.method == "POST" and SEARCH in request.POST and "action" not in request.POST
