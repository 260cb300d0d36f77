"""What a clinician does on the pages, in clinic words.  Every step goes through the page and looks at it."""

import datetime
import re

from django.core import mail
from django.utils import timezone
from playwright.sync_api import expect

REFERRED = "Referred: somebody else takes over"
RUNS_AGAIN = "Back to running: the runner goes on alone"
SOLEUS = ("resisted_pf_bent_pain", "deep_ache_mid_low_calf", "gradual_tightening", "dull_ache", "pain_downstairs")


def three_weeks_ago():
    """Return a day as a date field takes it."""
    return (timezone.localdate() - datetime.timedelta(days=21)).isoformat()


def told(visitor, clinic, given_name, surname, words, **who):
    """Register a runner, take the story, and return the case."""
    register(visitor, given_name, surname, **who)
    take_story(visitor, words, since=three_weeks_ago())
    visitor.look()
    return clinic.cases.get(patient__surname=surname)


def send_invitation(visitor, patient, email):
    """Send the runner the mail, from the page of the case."""
    visitor.open(f"/cases/{patient.cases.get().pk}/")
    visitor.page.get_by_label("E-mail address").fill(email)
    visitor.page.get_by_role("button", name="Send the invitation").click()
    expect(visitor.page.get_by_text(f"A link that works once was sent to {email}.")).to_be_visible()
    visitor.look()


def mailed_link():
    """Return the link of the newest mail."""
    return re.search(r"http\S+", mail.outbox[-1].body).group()


def invite(visitor, phone, patient, email):
    """Invite the runner, and let them open the link on the phone and tap."""
    send_invitation(visitor, patient, email)
    come_in(phone)
    phone.open("/me/plan/")


def come_in(phone):
    """Open the link of the newest mail, and tap."""
    phone.open(mailed_link())
    phone.look()
    phone.page.get_by_role("button", name="Open my plan").click()
    phone.page.wait_for_url("**/me/")


def register(visitor, given_name, surname, *, born="1991-05-17", sex="female", side="Left", **contact):
    """Fill in who the runner is, and send it."""
    page = visitor.page
    page.get_by_role("link", name="Register").first.click()
    page.get_by_label("Given name").fill(given_name)
    page.get_by_label("Surname").fill(surname)
    page.get_by_label("Birth date").fill(born)
    choose(page, "Sex", sex)
    choose(page, "Which calf hurts?", side)
    for label, value in contact.items():
        page.get_by_label({"phone": "Phone", "email": "E-mail address"}[label]).fill(value)
    visitor.look()
    page.get_by_role("button", name="Register and take the story").click()


def choose(page, question, answer):
    """Tap one answer of a question."""
    page.get_by_role("group", name=question).get_by_text(answer, exact=True).click()


def take_story(visitor, words, *, since, equipment=("Resistance band", "Barbell", "Step or stair", "Massage ball")):
    """Take the story and save it."""
    page = visitor.page
    page.get_by_label("Since when?").fill(since)
    page.get_by_label("What happened, in the runner's words").fill(words)
    for question in ("Flat feet, visibly?", "More flexible than peers?", "Takes a blood thinner?", "Pregnant?"):
        if page.get_by_role("group", name=question).count():
            choose(page, question, "No")
    choose(page, "Core training at least 15 minutes, three times a week?", "Yes")
    for thing in equipment:
        page.get_by_text(thing, exact=True).click()
    page.get_by_label("Allergies").fill("none known")
    visitor.look()
    page.get_by_role("button", name="Save the story").click()
    expect(page.get_by_text("Story recorded. Next: screen for danger.")).to_be_visible()


def open_screening(visitor):
    """Go from the case to the safety screening."""
    visitor.page.get_by_role("link", name=re.compile("Screen for danger|Go on screening")).first.click()
    expect(visitor.page.get_by_role("heading", name="Safety screening")).to_be_visible()


def tap(visitor, code, answer="Yes"):
    """Answer one question of the screening or one finding, and let the page answer."""
    row = visitor.page.locator(f"#q-{code}, #f-{code}")
    row.get_by_text(answer, exact=True).click()


def tap_and_wait(visitor, code, answer="Yes"):
    """Answer one question and wait until the level has followed."""
    with visitor.page.expect_response(lambda response: response.url.endswith("/level/")):
        tap(visitor, code, answer)


def none_of_the_rest(visitor, yes=()):
    """Tick "None of these" over each list without a yes; answer the others of a list with one by one."""
    visitor.page.evaluate("document.activeElement?.blur()")
    for shown in visitor.page.locator("fieldset.ask").all():
        codes = [row.get_attribute("id")[2:] for row in shown.locator(".ask-row").all()]
        if set(codes) & set(yes):
            for code in codes:
                if code not in yes:
                    tap(visitor, code, "No")
        else:
            shown.get_by_text("None of these").click()


def screen(visitor, *yes):
    """Answer the whole screening: these with yes, unless it stands there, all others with no; then record it."""
    page = visitor.page
    for code in yes:
        if not page.locator(f"#q-{code} input[value=present]").is_checked():
            tap_and_wait(visitor, code)
    none_of_the_rest(visitor, yes)
    settle(visitor)
    page.get_by_role("button", name="Record the screening").click()
    expect(page.get_by_text("Answers recorded.")).to_be_visible()


def settle(visitor):
    """Wait until nothing is on its way to the server."""
    visitor.page.wait_for_timeout(300)  # the page itself waits this long for the next tap
    visitor.page.wait_for_load_state("networkidle")


def examine(visitor, *found, measured=()):
    """Record an examination: these findings and values, nothing else; the verdicts follow while typed."""
    page = visitor.page
    for place, value, verdict in measured:
        page.locator(f"[name=v_{place}]").fill(str(value))
        page.locator(f"[name=v_{place}]").blur()
        expect(page.locator(f"#verdict-{place}")).to_contain_text(verdict)
    for code in found:
        group = page.locator(f"details.finding-group:has(#f-{code})")
        if not group.evaluate("node => node.open"):
            group.locator("summary").first.click()
        tap(visitor, code)
    settle(visitor)
    page.get_by_role("button", name="Record the examination").click()
    expect(page.get_by_text("Examination recorded.")).to_be_visible()


def diagnose(visitor, cause, why="Story and examination fit best"):
    """Record the diagnosis."""
    page = visitor.page
    page.locator("[name=cause]").first.select_option(cause)
    page.get_by_label("Why this one").fill(why)
    visitor.look()
    page.get_by_role("button", name="Record the diagnosis").click()
    expect(page.get_by_text("Diagnosis recorded")).to_be_visible()


def draft(visitor):
    """Let the rules draft a plan and answer the short list with "none of these"."""
    page = visitor.page
    page.get_by_role("link", name="Draft the plan").click()
    visitor.look()
    page.get_by_role("button", name="Draft the plan").click()
    expect(page.get_by_role("heading", name="Plan draft")).to_be_visible()
    answer_short_list(visitor)
    visitor.look()


def answer_short_list(visitor):
    """Answer what is asked before some exercises open: none of these."""
    if visitor.page.get_by_role("heading", name="Ask first").count():
        visitor.page.get_by_text("None of these: record each one").click()
        visitor.page.get_by_role("button", name="Save the answers and draft again").click()
        expect(visitor.page.get_by_text("Answers recorded.")).to_be_visible()


def sign(visitor):
    """Sign the draft."""
    visitor.page.get_by_role("button", name="Sign the plan").click()
    expect(visitor.page.get_by_text("Plan signed.")).to_be_visible()
    visitor.look()


def exercises(visitor):
    """Return the names of the exercises on the clinician's page of a plan, in order."""
    return [heading.inner_text() for heading in visitor.page.locator("#plan-items h2, .plan-items h2").all()]


def card_of(visitor, exercise):
    """Return the part of the page about one exercise."""
    return visitor.page.get_by_role("article", name=exercise)


# --- As the weeks go by ----------------------------------------------------------------------------


def back_at_work(visitor, person):
    """Sign in on another day: the session of the day before is over."""
    visitor.open("/")
    assert "/accounts/login/" in visitor.page.url
    visitor.sign_in(person.email)
    expect(visitor.page.get_by_role("heading", name="Who needs you today")).to_be_visible()


def waiting(visitor, case):
    """Return the row of a runner on today's list."""
    visitor.open("/")
    return visitor.page.locator(".worklist > li", has_text=case.patient.surname)


def task_done(visitor, case, about, words):
    """Say on today's list what was done about a task of this runner."""
    waiting(visitor, case).get_by_role("link", name=re.compile(f"Done: .*{re.escape(about)}")).click()
    visitor.page.get_by_label("What was done").fill(words)
    visitor.page.get_by_role("button", name="Done", exact=True).click()
    expect(visitor.page.get_by_text(f"Done: {case.patient}.")).to_be_visible()
    expect(waiting(visitor, case).get_by_role("link", name=re.compile(f"Done: .*{re.escape(about)}"))).to_have_count(0)


def first_review(visitor, case, clinician, said):
    """Do the review of day 7: say what was told, score the pain, take the steps that wait."""
    back_at_work(visitor, clinician)
    task_done(visitor, case, "Day 7: first review", said)
    score_pain(visitor, case, 3)
    assert take_steps(visitor, case)


def take_steps(visitor, case):
    """Take every step that waits for a tap, one after the other; return what they were."""
    visitor.open(f"/cases/{case.pk}/progress/")
    button, taken = visitor.page.get_by_role("button", name=re.compile("^Take the step: ")), []
    while button.count():
        taken.append(button.first.get_attribute("aria-label").removeprefix("Take the step: "))
        button.first.click()
        expect(visitor.page.get_by_text("Step taken. The runner sees it at once.")).to_be_visible()
    return taken


def score_pain(visitor, case, worst):
    """Record the worst pain of the last day."""
    visitor.open(f"/cases/{case.pk}/scores/NPRS/")
    visitor.page.get_by_label("Worst pain of the last 24 hours").fill(str(worst))
    visitor.page.get_by_role("button", name="Record the score").click()
    expect(visitor.page.get_by_text("Score recorded.")).to_be_visible()


def try_hops(visitor, case):
    """Record on the page of the way back to running that the hops went well."""
    page = visitor.page
    visitor.open(f"/cases/{case.pk}/running/")
    page.get_by_label("Single-leg hops in a row").fill("15")
    page.get_by_label("Pain while hopping").fill("0")
    for question in ("Did the hops leave something behind", "Tingling or pressure while hopping?"):
        choose(page, question, "No")
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.get_by_text("Recorded.")).to_be_visible()


def record_outcome(visitor, case, row, outcome, words, **results):
    """Record how one open item ended; ``results``: scan and d_dimer, by their labels."""
    page = visitor.page
    visitor.open(f"/cases/{case.pk}/triage/items/")
    item = page.get_by_role("article").filter(has_text=row)
    item.locator("summary", has_text="Record the outcome").click()
    item.get_by_text(outcome, exact=True).click()
    for name, label in {"scan": "Leg vein ultrasound", "d_dimer": "D-dimer"}.items():
        if name in results:
            item.get_by_label(label, exact=True).select_option(label=results[name])
    item.get_by_label("Who assessed it, where, and what was found").fill(words)
    item.get_by_role("button", name="Record the outcome").click()
    expect(page.get_by_role("article").filter(has_text=row)).to_contain_text(words)


def close(visitor, case, ending, because):
    """Close the case: how it ends, as the page words it, and why."""
    visitor.open(f"/cases/{case.pk}/close/")
    choose(visitor.page, "How does it end?", ending)
    visitor.page.get_by_label("In words").fill(because)
    visitor.look()
    visitor.page.get_by_role("button", name="Close the case").click()
    expect(visitor.page.get_by_text("Case closed.")).to_be_visible()
    visitor.look()
