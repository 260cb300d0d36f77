"""Every closed case has an outcome: what was closed before has "other", with its reason in words."""

from django.db import migrations, models
from django.db.models import Q


def name_the_old(apps, schema_editor):
    """Give the cases that were closed without an outcome the one that claims nothing."""
    apps.get_model("clinic", "Case").objects.filter(closed_at__isnull=False, outcome="").update(outcome="other")


class Migration(migrations.Migration):

    dependencies = [("clinic", "0010_failed_work")]

    operations = [
        migrations.AddField(
            model_name="case",
            name="outcome",
            field=models.CharField(
                blank=True,
                choices=[
                    ("running", "back to running"),
                    ("referred", "referred"),
                    ("other", "ended otherwise"),
                ],
                default="",
                max_length=8,
            ),
            preserve_default=False,
        ),
        migrations.RunPython(name_the_old, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=Q(closed_at__isnull=True, outcome="")
                | Q(closed_at__isnull=False, outcome__in=["running", "referred", "other"]),
                name="case_closed_with_an_outcome",
            ),
        ),
    ]
