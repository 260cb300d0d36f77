"""The app that takes the runner in."""

from django.apps import AppConfig
from django.core.checks import register as register_check
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class ClinicConfig(AppConfig):
    """Register what the database refuses, made again after each migrate, and the check of the knowledge files."""

    name = "clinic"
    verbose_name = _("Clinic")

    def ready(self):
        """Make the triggers after every migrate, and let them step aside before one on SQLite."""
        from clinic import (
            background,  # noqa: F401 (listens to what the worker ends)
            written,
        )
        from clinic.checks import check_knowledge
        from clinic.phrases import speak_from
        from clinic.triggers import CASE_TRIGGERS, HISTORY_TRIGGERS, install, register, step_aside

        register_check(check_knowledge)
        speak_from(written.sentences)
        register(*CASE_TRIGGERS, *HISTORY_TRIGGERS)
        pre_migrate.connect(step_aside, dispatch_uid="clinic.triggers.step_aside")
        post_migrate.connect(install, dispatch_uid="clinic.triggers")
