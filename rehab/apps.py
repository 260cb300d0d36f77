"""The app that turns a safe, understood case into work."""

from django.apps import AppConfig


class RehabConfig(AppConfig):
    """Plans, treatments and the runner's page."""

    name = "rehab"
    verbose_name = "Exercise plans"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        """Register what the database refuses; clinic makes the triggers after every migrate."""
        from clinic.checks import register_knowledge
        from clinic.tidying import also_tidy
        from clinic.triggers import register
        from rehab.actions.exports import forget_old_exports
        from rehab.knowledge import rehab_knowledge
        from rehab.triggers import TRIGGERS

        register_knowledge(rehab_knowledge)
        register(*TRIGGERS)
        also_tidy("exports of watches", forget_old_exports)
