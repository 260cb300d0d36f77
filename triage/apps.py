"""The app that makes the leg safe, examines it and ranks the causes."""

from django.apps import AppConfig


class TriageConfig(AppConfig):
    """Register what the database refuses."""

    name = "triage"
    verbose_name = "Triage"

    def ready(self):
        """Register the triggers; clinic makes them after each migrate."""
        from clinic.checks import register_knowledge
        from clinic.triggers import register
        from triage.knowledge import triage_knowledge
        from triage.triggers import TRIGGERS

        register_knowledge(triage_knowledge)
        register(*TRIGGERS)
