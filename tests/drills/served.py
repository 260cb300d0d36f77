"""The settings of a clinic at work, for a drill: only the static files stand in a folder of its own."""

import os

from config.settings import *  # noqa: F403

STATIC_ROOT = os.path.join(os.environ["DRILL_ROOT"], "static")
