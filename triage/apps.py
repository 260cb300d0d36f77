"""The app that makes the leg safe, examines it and ranks the causes."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TriageConfig(AppConfig):
    """Register what the database refuses."""

    name = "triage"
    verbose_name = _("Triage")

    def ready(self):
        """Register the triggers, made after each migrate, what follows a change of health facts, what rules say."""
        from clinic.actions import when_health_changes
        from clinic.checks import register_knowledge
        from clinic.phrases import speak_from
        from clinic.triggers import register
        from triage import words
        from triage.actions.following import follow_health
        from triage.knowledge import triage_knowledge
        from triage.triggers import TRIGGERS

        register_knowledge(triage_knowledge)
        register(*TRIGGERS)
        when_health_changes(follow_health)
        speak_from(words.sentences)
