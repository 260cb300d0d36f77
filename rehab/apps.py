"""The app that turns a safe, understood case into work."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RehabConfig(AppConfig):
    """Plans, treatments and the runner's page."""

    name = "rehab"
    verbose_name = _("Exercise plans")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        """Register what the database refuses, made again after every migrate, and what the rules say."""
        from clinic.checks import register_knowledge
        from clinic.erasure import when_erased
        from clinic.phrases import speak_from
        from clinic.tidying import also_tidy
        from clinic.triggers import register
        from rehab import words
        from rehab.actions.exports import forget_erased, forget_old_exports
        from rehab.actions.fitting import tell_of_misfit
        from rehab.knowledge import rehab_knowledge
        from rehab.triggers import TRIGGERS
        from triage.actions import after_examining

        register_knowledge(rehab_knowledge)
        register(*TRIGGERS)
        speak_from(words.sentences)
        also_tidy("exports of watches", forget_old_exports)
        after_examining(tell_of_misfit)
        when_erased(forget_erased)
