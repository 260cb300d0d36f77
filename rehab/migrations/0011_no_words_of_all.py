"""The words of all clinics go from the rows of the exercises; a picture is one clinic's, and never nobody's."""

import django.db.models.deletion
from django.db import migrations, models


def stay(apps, schema_editor):
    """Nothing to do; without a way back, as 0010 says: it is refused here, before any column is touched."""


class Migration(migrations.Migration):

    dependencies = [
        ('rehab', '0010_words_move'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='exercisemedia',
            options={'ordering': ['wording', 'level', 'position'], 'verbose_name_plural': 'exercise media'},
        ),
        migrations.AlterField(
            model_name='exercisemedia',
            name='wording',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='media', to='rehab.wording'),
        ),
        migrations.RemoveField(model_name='exercisemedia', name='exercise'),
        *(
            migrations.RemoveField(model_name=model, name=name)
            for model in ('exercise', 'exercisehistory')
            for name in ('clinic_name', 'clinic_cues', 'clinic_faults')
        ),
        migrations.RunPython(stay),
    ]
