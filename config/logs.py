"""What the server writes down of its own work: one JSON object a line, and no word of a person in any.

A line of a request names its route, never its address: an address may hold a key, and a question somebody typed.
Of a fault it keeps the kind and the places it went through, never what it says: that may quote a record.
"""

import json
import logging
import re
import time
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path

from clinic.ids import new_id

request_id: ContextVar[str] = ContextVar("request_id", default="")
access = logging.getLogger("clinic.requests")
NOWHERE = "(no such address)"
PAGE = re.compile(r"(\w+://[^/\s]*)/\S*")


def route_of(request):
    """Return the pattern of the address that was asked for: what it names is left out."""
    match = getattr(request, "resolver_match", None)
    return f"/{match.route}" if match else NOWHERE


class Requests:
    """Give every request a number of its own, say it in the answer, and write one line when it is answered.

    The number is ours: what a browser sends under that name is not believed.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.id = str(new_id())
        token, began = request_id.set(request.id), time.monotonic()
        try:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = request.id
            taken = round((time.monotonic() - began) * 1000)
            told = {"method": request.method, "route": route_of(request), "status": response.status_code}
            access.info("answered", extra={"told": told | {"milliseconds": taken}})
            return response
        finally:
            request_id.reset(token)


class NoAddress(logging.Filter):
    """Put the route in the place of the address in what Django says of a request.

    Django writes letters of the address in a form of its own, so it is known by how it begins.
    """

    def filter(self, record):
        """Change the line, and let it pass."""
        request = getattr(record, "request", None)
        if request is not None and record.args:
            record.args = tuple(without_address(arg, route_of(request)) for arg in record.args)
        return True


def without_address(arg, route):
    """Return what is said of a request without its address; of the page that led to it only the host is kept."""
    if not isinstance(arg, str):
        return arg
    return route if arg.startswith("/") else PAGE.sub(r"\1", arg)


def places(fault):
    """Return the kind of a fault, of what caused it, and the last places of each, without their words."""
    told = []
    while fault is not None:
        frames = traceback.extract_tb(fault.__traceback__)[-8:]
        told.append({"kind": type(fault).__name__, "at": [f"{Path(f.filename).name}:{f.lineno}" for f in frames]})
        fault = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
    return told


class AsJson(logging.Formatter):
    """One JSON object a line; no line break of a message can begin another."""

    def format(self, record):
        """Return the line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        told = {"at": at, "level": record.levelname, "logger": record.name, "message": record.getMessage()}
        told |= getattr(record, "told", {})
        if number := request_id.get():
            told["request"] = number
        if record.exc_info and record.exc_info[1]:
            told["fault"] = places(record.exc_info[1])
        return json.dumps(told, ensure_ascii=True)


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"no_address": {"()": NoAddress}},
    "formatters": {"json": {"()": AsJson}},
    "handlers": {
        "lines": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["no_address"]},
    },
    "root": {"handlers": ["lines"], "level": "INFO"},
    # Django's own handlers would print addresses, and mail them.
    "loggers": {"django": {"handlers": [], "propagate": True}, "django.server": {"handlers": [], "propagate": False}},
}
