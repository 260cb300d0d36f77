"""The app that takes the runner in."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ClinicConfig(AppConfig):
    """Register what the database refuses, and make it again after each migrate."""

    name = "clinic"
    verbose_name = "Clinic"

    def ready(self):
        """Make the triggers after every migrate (SQLite's table rebuild drops them)."""
        from clinic.triggers import append_only, install, register

        register(*append_only("clinic_caseevent"), *append_only("clinic_knowledgeconfirmation"))
        post_migrate.connect(install, dispatch_uid="clinic.triggers")
