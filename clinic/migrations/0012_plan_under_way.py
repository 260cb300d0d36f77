"""A case whose plan was signed no longer says for ever that it is reviewed after a week: day 7 is a task."""

from django.db import migrations

WAS, IS = "Review after a week", "The plan is under way"


def say_it_is_under_way(apps, schema_editor):
    apps.get_model("clinic", "Case").objects.filter(next_step=WAS).update(next_step=IS)


def say_review(apps, schema_editor):
    apps.get_model("clinic", "Case").objects.filter(next_step=IS).update(next_step=WAS)


class Migration(migrations.Migration):
    dependencies = [("clinic", "0011_outcome")]
    operations = [migrations.RunPython(say_it_is_under_way, say_review)]
