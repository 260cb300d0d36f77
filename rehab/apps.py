"""The app that turns a safe, understood case into work."""

from django.apps import AppConfig


class RehabConfig(AppConfig):
    """Plans, treatments and the runner's page."""

    name = "rehab"
    verbose_name = "Exercise plans"
    default_auto_field = "django.db.models.BigAutoField"
