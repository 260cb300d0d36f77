"""What every answer carries to the browser: where code may come from, and what may be kept."""

from django.core.handlers.wsgi import WSGIRequest
from django.utils.http import parse_header_parameters
from whitenoise.storage import CompressedManifestStaticFilesStorage

# A guided session keeps the screen on, a passkey is asked for; nothing else of a device is anybody's business here.
FEATURES = "accelerometer autoplay camera display-capture encrypted-media geolocation gyroscope magnetometer microphone"
FEATURES += " midi payment picture-in-picture usb xr-spatial-tracking"
PERMISSIONS = ", ".join([*(f"{name}=()" for name in FEATURES.split()), "publickey-credentials-get=(self)"])


class Utf8Request(WSGIRequest):
    """A request in the one encoding that our pages have.

    Django would read it in whatever codec it names, also one that is none of text, such as rot13, and fail before any
    of our code could answer.
    """

    def _set_content_type_params(self, meta):
        self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))


class Headers:
    """Add to every answer what Django and django-csp do not."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        is_told = response.headers.get("Referrer-Policy") == "no-referrer"
        if request.resolver_match and "token" in request.resolver_match.kwargs and not is_told:
            # The secret of an address goes nowhere, not even to our own pages; "no-referrer" would send forms without
            # an origin, and Django would refuse them.
            response.headers["Referrer-Policy"] = "strict-origin"
        return response


class NeverStored:
    """Pages of a signed-in person are kept by no cache, unless a page says itself that it shows nothing of a person.

    Nor are answers to a form: they may show what was typed, also to who is signed out by then.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if "Cache-Control" not in response.headers and (request.method == "POST" or request.user.is_authenticated):
            response.headers["Cache-Control"] = "private, no-store"
        return response


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Static files under names that carry their hash; a map file that a package leaves out is not missed."""

    patterns = tuple(
        (glob, [rule for rule in rules if "sourceMappingURL" not in (rule if isinstance(rule, str) else rule[0])])
        for glob, rules in CompressedManifestStaticFilesStorage.patterns
    )
