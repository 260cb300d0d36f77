"""The admin of rehab: words and pictures of exercises, checked; plans and treatments are read, never written."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from clinic.models import Clinic
from rehab import pictures
from rehab.models import ExerciseMedia, TreatmentRecord, Wording
from tests import factories


def a_picture(kind="PNG", size=(6, 4), **more):
    """Return the bytes of a picture."""
    drawn = BytesIO()
    Image.new("RGB", size, "teal").save(drawn, kind, **more)
    return drawn.getvalue()


PNG, BROKEN = a_picture(), b"\x89PNG\r\n\x1a\n" + bytes(40)
BEGIN = "admin:rehab_wording_add"


@pytest.fixture(autouse=True)
def separate_files(settings, tmp_path):
    """Uploaded files of a test land in a folder of their own."""
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def staff(clinic):
    """A clinician who may open the admin."""
    return factories.member(clinic, "clinician", is_staff=True)


def saved(browser, **fields):
    """Post what the clinic says of the bird dog, with one picture or film."""
    values = {
        "exercise": "BIRD_DOG", "clinic": Clinic.objects.get().pk, "name": "", "cues": "", "faults": "",
        "media-TOTAL_FORMS": 1, "media-INITIAL_FORMS": 0,
        "media-0-description": "On hands and knees, one leg long", "media-0-position": 1, **fields,
    }  # fmt: skip
    return browser.post(reverse(BEGIN), values)


def a_file(name, content=PNG):
    """An uploaded file."""
    return {"media-0-file": SimpleUploadedFile(name, content)}


def test_the_words_of_the_clinic_stand_beside_those_of_the_files(catalogue, administrator, at_work):
    browser = at_work(administrator)
    page = browser.get(reverse(BEGIN), {"exercise": "BIRD_DOG"}).content.decode()
    saved(browser, **a_file("dog.png"), name="Pointer dog", cues="Slowly")

    assert "Reach long, heel away" in page and 'name="cues"' in page
    row = Wording.objects.get()
    assert (row.exercise.name, row.name, row.cues) == ("Bird dog", "Pointer dog", "Slowly")
    assert row.media.get().description == "On hands and knees, one leg long"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("dog.png",  b"<script>alert(1)</script>", "This is no PNG file"),
        ("dog.png",  BROKEN,                       "This is no PNG file"),
        ("dog.jpg",  PNG,                          "This is no JPG file"),
        ("dog.mp4",  PNG,                          "This is no MP4 file"),
        ("dog.svg",  b"<svg/>",                    "not allowed"),
        ("dog.html", b"<html>",                    "not allowed"),
        ("dog.png",  PNG + bytes(5 * 1024 * 1024), "at most 5 MB"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_what_it_says_is_refused(catalogue, administrator, at_work, name, content, words):
    page = saved(at_work(administrator), **a_file(name, content))

    assert page.status_code == 200 and words in page.content.decode()
    assert not ExerciseMedia.objects.exists()


@pytest.mark.parametrize("name", ["dog.png", "dog.jpg", "dog.webp"])
def test_a_picture_is_kept_as_its_pixels_alone_under_a_name_of_ours(catalogue, administrator, at_work, name):
    """Where it was taken stands in it, and a page may hide behind it: neither is kept, nor what it was called."""
    exif = Image.Exif()
    exif[0x010E] = "taken at home"  # a description
    kind = pictures.FORMATS[name.partition(".")[2]]
    saved(at_work(administrator), **a_file(name, a_picture(kind, exif=exif) + b"<script>alert(1)</script>"))

    row = ExerciseMedia.objects.get()
    content = row.file.read()
    assert b"taken at home" not in content and b"script" not in content
    assert Image.open(BytesIO(content)).size == (6, 4)
    assert "dog" not in row.file.name and row.file.name.endswith(name[-4:].lstrip("."))


def test_a_picture_that_unfolds_without_end_is_refused(catalogue, administrator, at_work, monkeypatch):
    monkeypatch.setattr(pictures, "MOST_PIXELS", 23)
    page = saved(at_work(administrator), **a_file("dog.png"))

    assert "at most 5 MB" in page.content.decode() and not ExerciseMedia.objects.exists()


def test_a_picture_of_a_level_that_is_not_there_is_refused(catalogue, administrator, at_work):
    page = saved(at_work(administrator), **a_file("dog.png"), **{"media-0-level": 7})

    assert "This exercise has 6 levels." in page.content.decode()
    assert not ExerciseMedia.objects.exists()


def a_treatment(case, by):
    """Ice, given now."""
    return TreatmentRecord.objects.create(
        case=case, treatment="ice", given_at=timezone.now(), given_by=by, site="calf", indication="pain",
        verdict="ok", response="calm", knowledge_version="test", knowledge_sha256="0" * 64,
    )  # fmt: skip


def test_plans_and_treatments_are_read_and_not_written(signed_plan, clinician, staff, at_work):
    browser = at_work(staff)
    for row in (signed_plan, a_treatment(signed_plan.case, clinician)):
        name = row._meta.model_name
        address = reverse(f"admin:rehab_{name}_change", args=[row.pk])

        assert browser.get(address).status_code == 200
        assert browser.post(address, {"note": "changed", "signed_at_0": ""}).status_code == 403
        assert browser.post(reverse(f"admin:rehab_{name}_delete", args=[row.pk])).status_code == 403
        assert browser.post(reverse(f"admin:rehab_{name}_add")).status_code == 403


def test_another_clinics_plans_are_in_no_window(signed_plan, at_work):
    browser = at_work(factories.member(factories.ClinicFactory(), "lead", is_staff=True))
    address = reverse("admin:rehab_plan_change", args=[signed_plan.pk])

    assert signed_plan.case.patient.surname not in browser.get(reverse("admin:rehab_plan_changelist")).content.decode()
    assert browser.get(address).status_code == 404
    assert browser.get(reverse("admin:rehab_plan_history", args=[signed_plan.pk])).status_code == 404


def test_the_administrator_reads_no_plan(signed_plan, administrator, at_work):
    browser = at_work(administrator)

    assert browser.get(reverse("admin:rehab_plan_change", args=[signed_plan.pk])).status_code == 403
    assert browser.get(reverse("admin:rehab_exercise_changelist")).status_code == 200


def test_a_decision_is_read_with_its_answers_and_its_result(rules_draft, staff, at_work):
    address = reverse("admin:triage_decision_change", args=[rules_draft.decision_id])
    page = at_work(staff).get(address).content.decode()

    assert "absent: " in page and "leg_swelling" in page
    assert "&quot;exercises&quot;" in page and rules_draft.decision.knowledge_sha256 in page
