"""Server entry.  It sets no development default: production says what it needs or stops with a sentence."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import reverse

from config.security import Utf8Request

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
application.request_class = Utf8Request

from clinic.checks import must_be_confirmed, must_be_whole  # noqa: E402  (the apps are loaded now)

must_be_whole()
must_be_confirmed()
reverse("emergency")  # reads every view and every address now, not while the first visitor waits
