"""The catalogue's rows follow the knowledge files."""

from clinic.audit import recorded
from clinic.histories import change
from rehab.knowledge import rehab_knowledge
from rehab.models import Exercise


def _row(exercise):
    return {
        "number": exercise.number,
        "name": exercise.name.en,
        "level_count": max(1, len(exercise.levels)),  # an exercise without a ladder counts as one step
        "is_offered": True,
    }


@recorded
def sync_catalogue():
    """Create and refresh rows; return how many are (new, changed, no longer offered).  Deletes nothing."""
    known = {row.code: row for row in Exercise.objects.all()}
    created = changed = 0
    for code, exercise in rehab_knowledge().exercises.items():
        columns = _row(exercise)
        row = known.pop(code, None)
        if row is None:
            Exercise.objects.create(code=code, **columns)
            created += 1
        elif any(getattr(row, name) != value for name, value in columns.items()):
            change(Exercise.objects.filter(pk=code), **columns)
            changed += 1
    withdrawn = change(Exercise.objects.filter(pk__in=known, is_offered=True), is_offered=False)
    return created, changed, withdrawn
