"""What is changed in place gets a history; each begins with what the rows say today, by nobody."""

import clinic.ids
import clinic.terms
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone

AT_ONCE = 500


def begin(apps, schema_editor):
    now = timezone.now()
    for name in ("Clinic", "Person", "Membership", "Patient", "Case"):
        model, history = apps.get_model("clinic", name), apps.get_model("clinic", f"{name}History")
        kept = [field.attname for field in model._meta.concrete_fields if _has(history, field.name)]
        leads = ["history_relation_id"] if _has(history, "history_relation") else []
        rows = []
        for row in model.objects.order_by("pk").iterator(chunk_size=AT_ONCE):
            told = {column: getattr(row, column) for column in kept} | dict.fromkeys(leads, row.pk)
            rows.append(history(history_date=now, history_type="+", **told))
            if len(rows) == AT_ONCE:
                history.objects.bulk_create(rows)
                rows = []
        history.objects.bulk_create(rows)


def _has(model, name):
    return any(field.name == name for field in model._meta.concrete_fields)


class Migration(migrations.Migration):

    dependencies = [
        ('clinic', '0022_break_glass'),
    ]

    operations = [
        migrations.CreateModel(
            name='ClinicHistory',
            fields=[
                ('history_request', models.CharField(blank=True, max_length=36)),
                ('id', models.UUIDField(db_index=True, default=clinic.ids.new_id, editable=False)),
                ('name', models.CharField(db_index=True, max_length=120)),
                ('phone', models.CharField(max_length=30)),
                ('emergency_number', models.CharField(help_text='What a runner calls in an emergency, such as 112', max_length=20)),
                ('opening_hours', models.CharField(max_length=120)),
                ('dvt_seed_strict', models.BooleanField(default=False, help_text='Any single risk factor means same-day assessment')),
                ('core_fail_mode', models.CharField(choices=[('deficit', 'fail below mean minus one SD'), ('seed_below_average', 'fail below the mean')], default='deficit', max_length=20)),
                ('steps_apply_themselves', models.BooleanField(default=False, help_text="A step up that the rules offer is taken without a clinician's tap")),
                ('alarm_email', models.EmailField(blank=True, help_text='Where alarms are mailed besides the list of the day', max_length=254)),
                ('history_user_id', models.UUIDField(null=True)),
                ('history_change_reason', models.CharField(blank=True, max_length=80)),
                ('history_id', models.UUIDField(default=clinic.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical clinic',
                'verbose_name_plural': 'historical clinics',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='CaseHistory',
            fields=[
                ('history_request', models.CharField(blank=True, max_length=36)),
                ('id', models.UUIDField(db_index=True, default=clinic.ids.new_id, editable=False)),
                ('side', models.CharField(choices=[('left', 'left'), ('right', 'right'), ('both', 'both')], max_length=5)),
                ('onset_on', models.DateField(blank=True, null=True)),
                ('began', models.CharField(blank=True, choices=[('sudden', 'suddenly, at one step or push-off'), ('during', 'during a run, growing worse'), ('after', 'after a run, the same or the next day'), ('gradual', 'little by little, over days or weeks'), ('blow', 'after a blow or a fall')], max_length=12)),
                ('story', models.TextField(blank=True, max_length=4000)),
                ('running_history', models.TextField(blank=True, max_length=2000)),
                ('shoes', models.CharField(blank=True, max_length=300)),
                ('goals', models.TextField(blank=True, max_length=1000)),
                ('previous_strain', models.CharField(choices=[(clinic.terms.Answer['PRESENT'], 'yes'), (clinic.terms.Answer['ABSENT'], 'no'), (clinic.terms.Answer['NOT_ASSESSED'], 'not asked')], default=clinic.terms.Answer['NOT_ASSESSED'], max_length=12)),
                ('flat_feet', models.CharField(choices=[(clinic.terms.Answer['PRESENT'], 'yes'), (clinic.terms.Answer['ABSENT'], 'no'), (clinic.terms.Answer['NOT_ASSESSED'], 'not asked')], default=clinic.terms.Answer['NOT_ASSESSED'], max_length=12)),
                ('hypermobile', models.CharField(choices=[(clinic.terms.Answer['PRESENT'], 'yes'), (clinic.terms.Answer['ABSENT'], 'no'), (clinic.terms.Answer['NOT_ASSESSED'], 'not asked')], default=clinic.terms.Answer['NOT_ASSESSED'], max_length=12)),
                ('core_training', models.CharField(choices=[(clinic.terms.Answer['PRESENT'], 'yes'), (clinic.terms.Answer['ABSENT'], 'no'), (clinic.terms.Answer['NOT_ASSESSED'], 'not asked')], default=clinic.terms.Answer['NOT_ASSESSED'], max_length=12)),
                ('equipment', models.JSONField(blank=True, default=list)),
                ('opened_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('closed_because', models.CharField(blank=True, max_length=300)),
                ('outcome', models.CharField(blank=True, choices=[('running', 'back to running'), ('referred', 'referred'), ('other', 'ended otherwise')], max_length=8)),
                ('history_user_id', models.UUIDField(null=True)),
                ('history_change_reason', models.CharField(blank=True, max_length=80)),
                ('history_id', models.UUIDField(default=clinic.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('clinic', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='clinic.clinic')),
                ('closed_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('opened_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('patient', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='clinic.patient')),
            ],
            options={
                'verbose_name': 'historical case',
                'verbose_name_plural': 'historical cases',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='MembershipHistory',
            fields=[
                ('history_request', models.CharField(blank=True, max_length=36)),
                ('id', models.UUIDField(db_index=True, default=clinic.ids.new_id, editable=False)),
                ('role', models.CharField(choices=[('clinician', 'clinician'), ('assistant', 'assistant'), ('lead', 'clinic lead'), ('administrator', 'administrator')], max_length=13)),
                ('started_on', models.DateField(blank=True, editable=False)),
                ('ended_on', models.DateField(blank=True, null=True)),
                ('history_user_id', models.UUIDField(null=True)),
                ('history_change_reason', models.CharField(blank=True, max_length=80)),
                ('history_id', models.UUIDField(default=clinic.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('clinic', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='clinic.clinic')),
                ('person', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical membership',
                'verbose_name_plural': 'historical memberships',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='PatientHistory',
            fields=[
                ('history_request', models.CharField(blank=True, max_length=36)),
                ('id', models.UUIDField(db_index=True, default=clinic.ids.new_id, editable=False)),
                ('given_name', models.CharField(max_length=80)),
                ('surname', models.CharField(max_length=80)),
                ('birth_date', models.DateField()),
                ('sex', models.CharField(choices=[('female', 'female'), ('male', 'male'), ('other', 'other')], max_length=6)),
                ('phone', models.CharField(blank=True, max_length=30)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('allergies', models.CharField(blank=True, help_text='Empty means "not asked"; write "none known"', max_length=300)),
                ('anticoagulant', models.CharField(choices=[(clinic.terms.Answer['PRESENT'], 'yes'), (clinic.terms.Answer['ABSENT'], 'no'), (clinic.terms.Answer['NOT_ASSESSED'], 'not asked')], default=clinic.terms.Answer['NOT_ASSESSED'], max_length=12)),
                ('medicines', models.CharField(blank=True, max_length=500)),
                ('pregnant', models.CharField(choices=[(clinic.terms.Answer['PRESENT'], 'yes'), (clinic.terms.Answer['ABSENT'], 'no'), (clinic.terms.Answer['NOT_ASSESSED'], 'not asked')], default=clinic.terms.Answer['NOT_ASSESSED'], max_length=12)),
                ('gestation_weeks', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('birth_given_on', models.DateField(blank=True, help_text='Date of the last birth, if within a year', null=True)),
                ('registered_at', models.DateTimeField()),
                ('history_user_id', models.UUIDField(null=True)),
                ('history_change_reason', models.CharField(blank=True, max_length=80)),
                ('history_id', models.UUIDField(default=clinic.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('clinic', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='clinic.clinic')),
                ('history_relation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='past', to='clinic.patient')),
                ('person', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('registered_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical patient',
                'verbose_name_plural': 'historical patients',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='PersonHistory',
            fields=[
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('history_request', models.CharField(blank=True, max_length=36)),
                ('id', models.UUIDField(db_index=True, default=clinic.ids.new_id, editable=False)),
                ('email', models.EmailField(max_length=254)),
                ('name', models.CharField(max_length=120)),
                ('is_active', models.BooleanField(default=True)),
                ('is_staff', models.BooleanField(default=False, help_text='May open the admin site')),
                ('is_demonstration', models.BooleanField(default=False, help_text='Signs in only where demonstration is on')),
                ('language', models.CharField(choices=[('en', 'English'), ('es', 'Español')], default='en', max_length=2)),
                ('units', models.CharField(choices=[('metric', 'kilometres, kilograms'), ('imperial', 'miles, pounds')], default='metric', max_length=8)),
                ('joined_on', models.DateField(blank=True, editable=False)),
                ('history_user_id', models.UUIDField(null=True)),
                ('history_change_reason', models.CharField(blank=True, max_length=80)),
                ('history_id', models.UUIDField(default=clinic.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_relation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='past', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical person',
                'verbose_name_plural': 'historical people',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.RunPython(begin, migrations.RunPython.noop),
    ]
