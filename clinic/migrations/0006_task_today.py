"""A task names its clinic and how urgent it is, so that today's list is one range of one index."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def name_the_clinic(apps, schema_editor):
    """Fill in the clinic of every task; the trigger that keeps a done task as it is comes back after the migration."""
    Task, Case = apps.get_model("clinic", "Task"), apps.get_model("clinic", "Case")
    on_table = "" if schema_editor.connection.vendor == "sqlite" else " ON clinic_task"
    schema_editor.execute(f"DROP TRIGGER IF EXISTS clinic_task_stays{on_table}")
    Task.objects.update(clinic=Subquery(Case.objects.filter(pk=OuterRef("case")).values("clinic")[:1]))
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):

    dependencies = [("clinic", "0005_invitation")]

    operations = [
        migrations.AddField(
            model_name="task",
            name="clinic",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clinic.clinic",
            ),
        ),
        migrations.RunPython(name_the_clinic, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="task",
            name="clinic",
            field=models.ForeignKey(
                editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
            ),
        ),
        migrations.AddField(
            model_name="task",
            name="urgency",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Case(
                    models.When(is_alarm=True, seen_at__isnull=True, then=6),
                    models.When(models.Q(is_alarm=True) | models.Q(level="E"), then=5),
                    models.When(level="D", then=4),
                    default=3,
                ),
                output_field=models.PositiveSmallIntegerField(),
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("done_at__isnull", True), models.Q(("owner", "runner"), _negated=True)),
                fields=["clinic", "-urgency", "due", "id"],
                name="task_today",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("done_at__isnull", True), models.Q(("owner", "runner"), _negated=True)),
                fields=["clinic", "code", "due", "id"],
                name="task_of_a_kind",
            ),
        ),
    ]
