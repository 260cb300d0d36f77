"""The pages for what went wrong."""

from django.shortcuts import render


def forbidden(request, exception=None):
    """Say that this person may see the record but not do this."""
    return render(request, "403.html", {"because": [str(part) for part in getattr(exception, "args", ())]}, status=403)


def not_found(request, exception=None):
    """Say that there is nothing here for this person."""
    return render(request, "404.html", status=404)


def server_error(request):
    """Say that the fault is ours."""
    return render(request, "500.html", status=500)


def too_many(request):
    """Say that the same was asked for too often."""
    return render(request, "429.html", status=429)
