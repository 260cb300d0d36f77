"""An erasure begins and ends in one transaction: its end is a row of its own, which the commit asks for."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import clinic.ids


def at_once(schema_editor):
    """Ask the deferred keys now: PostgreSQL changes no table that still waits for them."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def give_ends(apps, schema_editor):
    Erasure, ErasureEnd = apps.get_model("clinic", "Erasure"), apps.get_model("clinic", "ErasureEnd")
    if schema_editor.connection.vendor == "postgresql":  # on SQLite it stepped aside already
        schema_editor.execute("DROP TRIGGER IF EXISTS clinic_erasure_ends_once ON clinic_erasure")
    for row in Erasure.objects.all():
        ErasureEnd.objects.create(pk=row.pk, ended_at=row.ended_at, ended_by_id=row.ended_by_id)
        Erasure.objects.filter(pk=row.pk).update(end=row.pk)
    at_once(schema_editor)


def take_ends(apps, schema_editor):
    Erasure = apps.get_model("clinic", "Erasure")
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER IF EXISTS clinic_erasure_no_update ON clinic_erasure")
    for row in Erasure.objects.select_related("end"):
        told = {"ended_at": row.end.ended_at, "ended_by_id": row.end.ended_by_id}
        Erasure.objects.filter(pk=row.pk).update(**told)
    at_once(schema_editor)


PROTECT = django.db.models.deletion.PROTECT


class Migration(migrations.Migration):
    dependencies = [("clinic", "0020_diagnosis_departs")]
    operations = [
        migrations.CreateModel(
            name="ErasureEnd",
            fields=[
                ("id", models.UUIDField(default=clinic.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("ended_at", models.DateTimeField()),
                (
                    "ended_by",
                    models.ForeignKey(on_delete=PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            ],
        ),
        migrations.AddField(
            "erasure",
            "end",
            models.OneToOneField(null=True, on_delete=PROTECT, related_name="erasure", to="clinic.erasureend"),
        ),
        migrations.RunPython(give_ends, take_ends),
        migrations.RemoveConstraint("erasure", "erasure_ended_by_someone"),
        migrations.RemoveField("erasure", "ended_at"),
        migrations.RemoveField("erasure", "ended_by"),
        migrations.AlterField(
            "erasure",
            "end",
            models.OneToOneField(on_delete=PROTECT, related_name="erasure", to="clinic.erasureend"),
        ),
    ]
