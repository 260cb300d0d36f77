"""The runner's way in: the link of an invitation."""

from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from clinic import invitations
from clinic.entrance import sign_in


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request, token):
    """Show one button to who opens the link (GET), which programs that look through mails do too; let in (POST).

    Used, expired, withdrawn and unknown links get one answer.
    """
    now = timezone.now()
    try:
        if request.method == "POST":
            sign_in(request, invitations.accept(token=token, at=now))
            return redirect("clinic:today")
        answer = render(request, "clinic/welcome.html", {"invitation": invitations.find_open(token, now)})
    except invitations.Dead:
        answer = render(request, "clinic/link_dead.html", status=404)
    answer.headers["Referrer-Policy"] = "strict-origin"  # the link's secret goes nowhere, not even to our own pages
    return answer
