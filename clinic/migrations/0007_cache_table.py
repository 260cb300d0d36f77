from django.core.management import call_command
from django.db import migrations

TABLE = "clinic_cache"


def make(apps, schema_editor):
    """Make the table in which all workers count tries; it holds nothing that must last."""
    call_command("createcachetable", TABLE, database=schema_editor.connection.alias, verbosity=0)


def drop(apps, schema_editor):
    schema_editor.execute(f"DROP TABLE IF EXISTS {TABLE}")


class Migration(migrations.Migration):

    dependencies = [
        ('clinic', '0006_task_today'),
    ]

    operations = [migrations.RunPython(make, drop)]
