"""A clinic's own words about an exercise get a history; it begins with what the rows say today, by nobody."""

import clinic.ids
import simple_history.models
from django.db import migrations, models
from django.utils import timezone


def begin(apps, schema_editor):
    exercise, history = apps.get_model("rehab", "Exercise"), apps.get_model("rehab", "ExerciseHistory")
    now = timezone.now()
    history.objects.bulk_create(
        history(history_date=now, history_type="+", **columns) for columns in exercise.objects.values()
    )


class Migration(migrations.Migration):

    dependencies = [
        ('rehab', '0007_watch_export'),
    ]

    operations = [
        migrations.CreateModel(
            name='ExerciseHistory',
            fields=[
                ('history_request', models.CharField(blank=True, max_length=36)),
                ('code', models.CharField(db_index=True, max_length=40)),
                ('number', models.CharField(db_index=True, help_text='Catalogue number, such as E01', max_length=4)),
                ('name', models.CharField(max_length=120)),
                ('level_count', models.PositiveSmallIntegerField(help_text='Steps of its ladder; 1 where it has none')),
                ('is_offered', models.BooleanField(default=True, help_text='Still in the knowledge files')),
                ('clinic_name', models.CharField(blank=True, max_length=120, verbose_name='name in this clinic')),
                ('clinic_cues', models.TextField(blank=True, max_length=1000, verbose_name="cues in the clinic's own words")),
                ('clinic_faults', models.TextField(blank=True, max_length=1000, verbose_name="faults in the clinic's own words")),
                ('history_user_id', models.UUIDField(null=True)),
                ('history_change_reason', models.CharField(blank=True, max_length=80)),
                ('history_id', models.UUIDField(default=clinic.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical exercise',
                'verbose_name_plural': 'historical exercises',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.RunPython(begin, migrations.RunPython.noop),
    ]
