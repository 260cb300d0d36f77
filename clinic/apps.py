"""The app that takes the runner in."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class ClinicConfig(AppConfig):
    """Register what the database refuses, and make it again after each migrate."""

    name = "clinic"
    verbose_name = "Clinic"

    def ready(self):
        """Make the triggers after every migrate, and let them step aside before one on SQLite."""
        from clinic.triggers import CASE_TRIGGERS, install, register, step_aside

        register(*CASE_TRIGGERS)
        pre_migrate.connect(step_aside, dispatch_uid="clinic.triggers.step_aside")
        post_migrate.connect(install, dispatch_uid="clinic.triggers")
