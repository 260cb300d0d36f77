"""The forms of the admin: a row with the rows beneath it and their files, and what a list does with the chosen."""

from django.urls import reverse

from tests.attacks.pages import Entry, Field, forms_of, made
from tests.attacks.wire import browser_of
from tests.world import came_in


def just_came_in(world, who):
    """Return the browser of somebody who signed in just now: what changes a sign-in is taken from nobody else."""
    browser = browser_of(world, who)
    came_in(browser, world.people[who])
    return browser


def on_its_page(who, model, row=None, said=None):
    """Return a function that makes the form of adding a row, or of changing the one that ``row(world)`` names."""

    def entry(world):
        browser, door = just_came_in(world, who), f"admin:{model}_{'change' if row else 'add'}"
        at = reverse(door, args=[row(world)] if row else [])
        form = next(form for form in forms_of(browser.get(at).content.decode(), at) if form.door == door)
        form.fields = with_one_row_more(form.fields)
        return Entry(who, made(door, at, said(world) if said else {}, form), browser=browser)

    return entry


def with_one_row_more(fields):
    """Return these fields as after a tap on "add another": the row that waits for it is the last of its kind."""
    rows, more = {}, {}
    for name, one in fields.items():
        if name.endswith("-TOTAL_FORMS"):
            rows[name.split("-")[0]] = one.values[0]
            more[name] = Field(one.kind, [str(int(one.values[0]) + 1)])
    filled = {name.replace("__prefix__", rows[name.split("-")[0]]): one for name, one in fields.items() if "-" in name}
    return {name: one for name, one in fields.items() if "-" not in name} | filled | more


def mailing_a_link(world):
    """Choose somebody on the list of people, and mail them a link."""
    door, chosen = "admin:clinic_person_changelist", colleague(world)
    form = made(door, reverse(door), {"action": "mail_a_link", "_selected_action": chosen})
    return Entry("lead", form, browser=just_came_in(world, "lead"))


def colleague(world):
    """Return the key of somebody whose page a lead may change."""
    return world.people["assistant"].pk


def a_new_colleague(world):
    """Somebody without a password yet, who assists."""
    role = {"memberships-0-clinic": world.clinic.pk, "memberships-0-role": "assistant"}
    return {"name": "Ana Nueva", "email": "ana@example.org", **role}


def words_of_another_exercise(world):
    """What our clinic says of an exercise of which it said nothing yet."""
    return {"exercise": "DEAD_BUG", "clinic": world.clinic.pk, "name": "Upturned beetle", "cues": "Breathe out"}


ADMIN_FORMS = {
    "admin:clinic_clinic_change": on_its_page("administrator", "clinic_clinic", lambda world: world.clinic.pk),
    "admin:clinic_person_add": on_its_page("lead", "clinic_person", said=a_new_colleague),
    "admin:clinic_person_change": on_its_page("lead", "clinic_person", colleague),
    "admin:clinic_person_changelist": mailing_a_link,
    "admin:rehab_wording_add": on_its_page("lead", "rehab_wording", said=words_of_another_exercise),
    "admin:rehab_wording_change": on_its_page("lead", "rehab_wording", lambda world: world.picture.wording_id),
}
