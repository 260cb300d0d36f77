"""The catalogue's rows follow the knowledge files and lose nothing."""

import pytest
from django.core.management import call_command

from rehab.actions import sync_catalogue
from rehab.knowledge import rehab_knowledge
from rehab.models import Exercise, ExerciseMedia, Wording
from tests import factories

pytestmark = pytest.mark.django_db


def test_every_exercise_of_the_files_has_its_row(capsys):
    call_command("sync_catalogue")

    known = rehab_knowledge().exercises
    assert set(Exercise.objects.values_list("code", flat=True)) == set(known)
    assert f"{len(known)} new" in capsys.readouterr().out


def test_a_second_run_changes_nothing():
    sync_catalogue()

    assert sync_catalogue() == (0, 0, 0)


def test_an_exercise_without_a_ladder_counts_as_one_step():
    sync_catalogue()

    for row in Exercise.objects.all():
        assert row.level_count == max(1, len(rehab_knowledge().exercises[row.code].levels))


def test_what_left_the_files_is_withdrawn_and_kept():
    Exercise.objects.create(code="OLD_ONE", number="E99", name="An old one", level_count=1)

    assert sync_catalogue()[2] == 1
    assert Exercise.objects.get(pk="OLD_ONE").is_offered is False
    assert sync_catalogue()[2] == 0


def test_the_clinics_own_words_and_pictures_stay():
    sync_catalogue()
    Exercise.objects.filter(pk="BIRD_DOG").update(name="stale")
    own = Wording.objects.create(exercise_id="BIRD_DOG", clinic=factories.ClinicFactory(), name="Pointer")
    ExerciseMedia.objects.create(wording=own, file="exercises/a.png", description="A runner on all fours")

    assert sync_catalogue() == (0, 1, 0)
    own.refresh_from_db()
    assert own.exercise.name != "stale" and own.name == "Pointer" and own.media.count() == 1
