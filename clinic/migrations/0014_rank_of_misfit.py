"""A plan that no longer fits the tests is ranked with the reassessments; a generated column is made anew to change."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('clinic', '0013_task_rank'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='task',
            name='task_today',
        ),
        migrations.RemoveField(
            model_name='task',
            name='rank',
        ),
        migrations.AddField(
            model_name='task',
            name='rank',
            field=models.GeneratedField(db_persist=True, expression=models.Case(models.When(models.Q(('is_alarm', True), ('level__in', ['E', 'D']), _connector='OR'), then=0), models.When(code__in=('sign_plan',), then=1), models.When(code__in=('red_session',), then=2), models.When(code__in=('two_amber',), then=3), models.When(code__in=('worse_run', 'stage_twice', 'same_stage'), then=4), models.When(code__in=('medicine_change',), then=5), models.When(code__in=('no_improvement',), then=6), models.When(code__in=('first_review',), then=7), models.When(code__in=('no_log',), then=8), models.When(code__in=('plan_misfit', 'reassess_failed', 'reassess_all', 'missed_fortnight', 'measures_due'), then=9), models.When(code__in=('letter',), then=10), models.When(code__in=('step_offer',), then=11), models.When(code__in=('discharge',), then=12), default=0), output_field=models.PositiveSmallIntegerField()),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('done_at__isnull', True), models.Q(('owner', 'runner'), _negated=True)), fields=['clinic', '-urgency', 'rank', 'due', 'id'], name='task_today'),
        ),
    ]
