#!/usr/bin/env python
"""The only door: run, migrate, decide, seed."""

import os
import sys


def main():
    """Run one management command; a stranger's first command needs no environment at all."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("CLINIC_DEBUG", "yes")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
