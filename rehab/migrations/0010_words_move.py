"""What was said and shown to the runners of every clinic becomes what each clinic that exists says and shows.

Nothing is lost: each clinic gets a copy of the words, of what they said before, and of the pictures (two rows may
name one file; no file is ever deleted).  Whoever wrote them is named only in the clinics where they have a role or had
one.  There is no way back: the words of several clinics do not fit into one row for all of them, and whichever were
chosen, the runners of the others would read what another clinic says.  Who must go back restores a backup.
"""

from clinic.ids import new_id
from django.db import migrations
from django.utils import timezone

WORDS = {"name": "clinic_name", "cues": "clinic_cues", "faults": "clinic_faults"}


def words_of(row):
    """Return what a row, now or in its history, said in a clinic's own words."""
    return {new: getattr(row, old) for new, old in WORDS.items()}


def what_was_said(history, code):
    """Return the rows of the history of an exercise in which its words changed, the first row with them."""
    told = []
    for row in history.objects.filter(code=code).order_by("history_id"):
        if not told or words_of(told[-1]) != words_of(row):
            told.append(row)
    return told


def give(apps, schema_editor):
    """Give each clinic its copy of every exercise that has words, had words, or has a picture."""
    model = {name: apps.get_model("rehab", name) for name in ("Exercise", "ExerciseHistory", "ExerciseMedia")}
    clinics = list(apps.get_model("clinic", "Clinic").objects.order_by("pk"))
    for exercise in model["Exercise"].objects.order_by("pk"):
        told = what_was_said(model["ExerciseHistory"], exercise.pk)
        pictures = list(model["ExerciseMedia"].objects.filter(exercise=exercise).order_by("pk"))
        if not (pictures or any(any(words_of(row).values()) for row in (exercise, *told))):
            continue
        if not clinics:
            raise RuntimeError(
                "An exercise has words or pictures of a clinic, and there is no clinic to own them. Found the clinic "
                "first (manage.py of the version before, in the administration), then migrate again."
            )
        for number, clinic in enumerate(clinics):
            wording = copied(apps, exercise, told, clinic)
            for picture in pictures:
                picture.pk = new_id() if number else picture.pk  # the first clinic's keeps its address
                picture.wording = wording
                picture.save(force_insert=bool(number), force_update=not number)


def copied(apps, exercise, told, clinic):
    """Return the words of one exercise in one clinic, with their history."""
    history = apps.get_model("rehab", "WordingHistory")
    theirs = set(apps.get_model("clinic", "Membership").objects.filter(clinic=clinic).values_list("person", flat=True))
    words = words_of(exercise)
    wording = apps.get_model("rehab", "Wording").objects.create(exercise=exercise, clinic=clinic, **words)
    row = {"id": wording.pk, "exercise_id": exercise.pk, "clinic_id": clinic.pk}
    for number, past in enumerate(told):
        history.objects.create(
            **row,
            **words_of(past),
            history_date=past.history_date,
            history_type="~" if number else "+",
            history_user_id=past.history_user_id if past.history_user_id in theirs else None,
            history_request=past.history_request,
            history_change_reason=past.history_change_reason,
        )
    if not told or words_of(told[-1]) != words:
        kind = "~" if told else "+"
        history.objects.create(**row, **words, history_date=timezone.now(), history_type=kind)
    return wording


class Migration(migrations.Migration):

    dependencies = [
        ('rehab', '0009_words_of_a_clinic'),
    ]

    operations = [
        migrations.RunPython(give),
    ]
