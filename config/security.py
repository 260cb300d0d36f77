"""What every answer carries to the browser: where code may come from, and what may be kept."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

# htmx and every script are files of our own origin; nothing is inline, nothing comes from outside.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=(), usb=()"


class ContentSecurityPolicy:
    """Add the policy headers to every answer."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response


class NeverStored:
    """Pages of a signed-in person are kept by no cache, unless a page says itself that it shows nothing of a person."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if "Cache-Control" not in response.headers and request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Static files under names that carry their hash; a map file that a package leaves out is not missed."""

    patterns = tuple(
        (glob, [rule for rule in rules if "sourceMappingURL" not in (rule if isinstance(rule, str) else rule[0])])
        for glob, rules in CompressedManifestStaticFilesStorage.patterns
    )
