#!/usr/bin/env python
"""The only door: run, migrate, decide, seed."""

import os
import sys


def main():
    """Run one management command; a stranger's first command needs no environment at all."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("CLINIC_DEBUG", "yes")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))  # the sentence that helps, and not where in the code it was said


if __name__ == "__main__":
    main()
