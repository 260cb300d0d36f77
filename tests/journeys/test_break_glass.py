"""A runner of another clinic collapses at the finish line: read for an hour, told to the lead, seen by the runner."""

from clinic.models import BreakGlass
from tests.world import a_world


def test_the_record_of_a_stranger_at_the_finish_line(visit, transactional_db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    world, reader, lead, runner = a_world(), visit(), visit(), visit()
    patient = world.case.patient
    reader.sign_in(world.people["stranger"].email)

    reader.open("/patients/")
    reader.page.get_by_role("link", name="The runner is of another clinic?").click()
    reader.look()
    reader.page.get_by_label("Given name").fill(patient.given_name)
    reader.page.get_by_label("Surname").fill("Nobody")
    reader.page.get_by_label("Birth date").fill(patient.birth_date.isoformat())
    reader.page.get_by_label("an emergency").check()
    reader.page.get_by_label("In one sentence").fill("Collapsed at our race, cannot say what medicines.")
    reader.page.get_by_role("button", name="Open the record").click()
    reader.page.get_by_text("Nobody is found like this").wait_for()
    reader.look()
    reader.page.get_by_label("Surname").fill(patient.surname)
    reader.page.get_by_role("button", name="Open the record").click()
    reader.page.get_by_text("Opened by break-glass until").wait_for()
    reader.look()
    for page in (
        "",
        "triage/decision/",
        "triage/causes/",
        "triage/letter/",
        "plan/signed/",
        "treatments/",
        "progress/",
    ):
        assert reader.open(f"/cases/{world.case.pk}/{page}").status == 200
        reader.page.get_by_text("Everything you read is on record").wait_for()
        reader.look()
    reader.page.get_by_role("button", name="End it now").click()
    reader.page.get_by_text("Ended: the record is closed again.").wait_for()
    assert reader.open(f"/cases/{world.case.pk}/").status == 404

    lead.sign_in(world.people["lead"].email)
    lead.look()
    lead.page.get_by_role("link", name="Opened from outside").click()
    lead.look()
    lead.page.get_by_role("button", name="I have seen this").click()
    lead.page.get_by_text("Seen. It stays in this list.").wait_for()
    assert BreakGlass.objects.get().seen_by == world.people["lead"]

    runner.sign_in(world.people["runner"].email)
    runner.look()
    runner.page.get_by_role("link", name="See who, when and why").click()
    runner.page.get_by_text(world.people["stranger"].name).first.wait_for()
    runner.look()
