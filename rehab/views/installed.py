"""What a browser installs: the manifest, the icons, and the worker that keeps the shell.  Nothing of anybody."""

import json
from functools import cache
from hashlib import sha256
from pathlib import Path

import typst
from django.contrib.staticfiles import finders
from django.http import Http404, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clinic.emergency import urgent_page
from rehab.mine.offline import AS_READ

GROUND, A_DAY = "#0b5c66", 24 * 3600
SIZES = {"any": (192, 512), "maskable": (192, 512), "touch": (180,)}
# What the page without a connection is made of.
STYLES = (
    "bootstrap/css/bootstrap.min.css",
    "clinic/style.css",
    "rehab/rehab.css",
    "rehab/figures.css",
    "rehab/mine.css",
)
SCRIPTS = tuple(
    f"rehab/{name}.js" for name in ("store", "outbox", "waiting", "offline", "opened", "checked", "shell", "session")
)
WORKERS = ("rehab/store.js", "rehab/outbox.js", "rehab/worker.js")
SLOW_MS = 12_000  # in a cellar a connection is often there and answers nothing
# The print stands in the middle; a mask may cut a fifth off each edge.
DRAWN = """#set page(width: {size}pt, height: {size}pt, margin: 0pt, fill: {fill})
#place(center + horizon, image("icon.svg", width: {width}pt))"""


@cache
def drawn(shape, size):
    """Return our own icon as a PNG of so many pixels; a mask, and a telephone, want its ground up to the edges."""
    fill = "none" if shape == "any" else f'rgb("{GROUND}")'
    page = DRAWN.format(size=size, fill=fill, width=size if shape == "any" else size * 0.8)
    files = {"main.typ": page.encode(), "icon.svg": Path(finders.find("clinic/icon.svg")).read_bytes()}
    return typst.compile(files, format="png", ppi=72.0)


@require_safe
def icon(request, shape, size):
    """Send the icon in one of its shapes and sizes."""
    if size not in SIZES.get(shape, ()):
        raise Http404
    return HttpResponse(
        drawn(shape, size), content_type="image/png", headers={"Cache-Control": f"public, max-age={A_DAY}"}
    )


def icons():
    """Return our icon in every shape and size, as a manifest names them."""
    found = []
    for shape in ("any", "maskable"):
        for size in SIZES[shape]:
            address = reverse("rehab:icon", args=[shape, size])
            found.append({"src": address, "sizes": f"{size}x{size}", "type": "image/png", "purpose": shape})
    return [*found, {"src": static("clinic/icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}]


@require_safe
def manifest(request):
    """Say how the runner's side is installed on a phone."""
    told = {
        "id": "/me/",
        "name": "Stridewell",
        "short_name": "Stridewell",
        "description": _("Your exercise plan: today's session, also without a connection."),
        "start_url": reverse("rehab:my_today"),
        "scope": "/",
        "display": "standalone",
        "theme_color": GROUND,
        "background_color": "#f7f5f1",
        "icons": icons(),
    }
    kept = {"Cache-Control": f"private, max-age={A_DAY}"}
    return JsonResponse(told, content_type="application/manifest+json", headers=kept)


def version():
    """Return what changes with every change of the page without a connection, or of a file it is made of."""
    digest = sha256(urgent_page("rehab/my_offline.html", {}).content)
    for name in dict.fromkeys((*STYLES, *SCRIPTS, *WORKERS)):
        digest.update(Path(finders.find(name)).read_bytes())
    return digest.hexdigest()[:16]


@require_safe
def worker(request):
    """Send the worker: what it keeps by name, and its scripts, which are static files."""
    kept = {
        "version": version(),
        "shell": reverse("rehab:my_offline"),
        "files": [static(name) for name in (*STYLES, *SCRIPTS, "clinic/icon.svg")],
        "slow_ms": SLOW_MS,
        "logs": {reverse(f"rehab:my_{kind}"): kind for kind in AS_READ},
        "addresses": {"copy": reverse("rehab:my_copy"), "outbox": reverse("rehab:my_outbox")},
    }
    scripts = ", ".join(json.dumps(static(name)) for name in WORKERS)
    words = f"self.kept = {json.dumps(kept)};\nimportScripts({scripts});\n"
    return HttpResponse(words, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})
