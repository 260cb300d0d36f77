"""A clinic's words and pictures get rows of their own; 0010 fills them, 0011 takes the words of all away.

Three steps, because PostgreSQL changes no table in the transaction that wrote rows of it.
"""

import clinic.ids
import django.db.models.deletion
import simple_history.models
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('clinic', '0025_audit_of_both'),
        ('rehab', '0008_history'),
    ]

    operations = [
        migrations.CreateModel(
            name='Wording',
            fields=[
                ('id', models.UUIDField(default=clinic.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(blank=True, max_length=120, verbose_name='name in this clinic')),
                ('cues', models.TextField(blank=True, max_length=1000, verbose_name="cues in the clinic's own words")),
                ('faults', models.TextField(blank=True, max_length=1000, verbose_name="faults in the clinic's own words")),
                ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinic.clinic', verbose_name='clinic')),
                ('exercise', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='wordings', to='rehab.exercise', verbose_name='exercise')),
            ],
            options={
                'verbose_name': "clinic's wording",
                'verbose_name_plural': "clinic's wordings",
                'ordering': ['exercise__number', 'clinic'],
            },
        ),
        migrations.CreateModel(
            name='WordingHistory',
            fields=[
                ('history_request', models.CharField(blank=True, max_length=36)),
                ('id', models.UUIDField(db_index=True, default=clinic.ids.new_id, editable=False)),
                ('name', models.CharField(blank=True, max_length=120, verbose_name='name in this clinic')),
                ('cues', models.TextField(blank=True, max_length=1000, verbose_name="cues in the clinic's own words")),
                ('faults', models.TextField(blank=True, max_length=1000, verbose_name="faults in the clinic's own words")),
                ('history_user_id', models.UUIDField(null=True)),
                ('history_change_reason', models.CharField(blank=True, max_length=80)),
                ('history_id', models.UUIDField(default=clinic.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('clinic', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='clinic.clinic', verbose_name='clinic')),
                ('exercise', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='rehab.exercise', verbose_name='exercise')),
            ],
            options={
                'verbose_name': "historical clinic's wording",
                'verbose_name_plural': "historical clinic's wordings",
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddConstraint(
            model_name='wording',
            constraint=models.UniqueConstraint(fields=('exercise', 'clinic'), name='wording_one_an_exercise_and_clinic'),
        ),
        migrations.AddField(
            model_name='exercisemedia',
            name='wording',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='media', to='rehab.wording'),
        ),
    ]
