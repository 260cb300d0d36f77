"""What a runner is asked before the visit: one topic a page, dangers first; and how far they have come."""

from dataclasses import dataclass
from functools import cached_property

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.terms import Answer, Level
from rehab import actions
from rehab.actions.intake import is_asked, told, told_so_far
from rehab.mine.frame import Mine
from rehab.mine.intake_forms import Dangers, Goals, Medicines, Risks, Running, Shoes, Story, Where
from rehab.mine.intake_words import PLACES
from triage.actions import stop_or_say_so
from triage.facts import known_of_record
from triage.knowledge.zones import ZONES

PICTURE = 104  # where the mirrored leg of the picture begins


@dataclass(frozen=True)
class Topic:
    """One page of the intake: its place in the address, its heading, what it says first, and its form."""

    slug: str
    title: object
    lead: object
    form: type
    template: str = "rehab/my_intake_topic.html"
    options: tuple = ()

    @property
    def is_danger(self):
        """Return whether it is a page of the safety set, which comes before everything else."""
        return self.form is Dangers


TOPICS = (
    Topic(
        "urgent",
        _("First: is any of this true right now?"),
        _("These can be an emergency. If one is true, you will be told at once what to do."),
        Dangers,
        "rehab/my_intake_dangers.html",
        (("level", Level.E),),
    ),
    Topic(
        "today",
        _("And is any of this new?"),
        _("These need a doctor the same day."),
        Dangers,
        "rehab/my_intake_dangers.html",
        (("level", Level.D),),
    ),
    Topic(
        "risks",
        _("What could make a clot more likely"),
        _("A clot in the calf can feel like a strain. That is why everybody is asked all of these."),
        Risks,
        "rehab/my_intake_risks.html",
    ),
    Topic("story", _("What happened"), _("In your own words; there is no wrong answer."), Story),
    Topic("where", _("Where it hurts"), _("Tap the places, or tick them in the list."), Where, "rehab/my_where.html"),
    Topic("running", _("Your running"), "", Running),
    Topic("shoes", _("Shoes and feet"), "", Shoes),
    Topic("medicines", _("Medicines"), "", Medicines),
    Topic(
        "goals",
        _("What you want to do again"),
        _("Name three to five things that the leg makes hard. How well can you do each of them now?"),
        Goals,
        "rehab/my_intake_goals.html",
    ),
)
BY_SLUG = {topic.slug: topic for topic in TOPICS}


@dataclass
class Intake:
    """One runner's way through the topics."""

    mine: Mine
    person: object

    @cached_property
    def is_asked(self):
        """Return whether the clinic still waits for it."""
        return self.mine.case is not None and is_asked(self.mine.case)

    @cached_property
    def sent(self):
        """Return the line of the timeline with what was sent, or None."""
        return told(self.mine.case) if self.mine.case else None

    @cached_property
    def said(self):
        """Return {topic: {field: value}} of what is told so far."""
        return told_so_far(self.mine.case, self.person)

    @property
    def is_stopped(self):
        """Return whether an emergency was answered: nothing more is asked before somebody has looked."""
        return self.mine.stop == "emergency"

    def steps(self):
        """Return the topics with whether each is told."""
        return [{"topic": topic, "done": topic.slug in self.said} for topic in TOPICS]

    @property
    def is_whole(self):
        """Return whether every topic is told."""
        return all(topic.slug in self.said for topic in TOPICS)

    def next_topic(self):
        """Return the first topic that is not told yet; None where all are."""
        return next((topic for topic in TOPICS if topic.slug not in self.said), None)

    def may_answer(self, topic):
        """Return whether this page is open: the dangers before it are answered, and none is an emergency."""
        earlier = TOPICS[: TOPICS.index(topic)]
        return (
            self.is_asked
            and not self.is_stopped
            and all(before.slug in self.said for before in earlier if before.is_danger)
        )

    def form(self, topic, data=None):
        """Return the form of a topic with what was told before."""
        options = dict(topic.options)
        if topic.form is Risks:
            options["known"] = known_of_record(self.mine.case, timezone.localdate(), {})
        return topic.form(data, initial=topic.form.initial_of(self.said.get(topic.slug, {})), **options)

    def keep(self, topic, form, at):
        """Keep one topic; return the Stop that an answer brings, or None."""
        words = {"case": self.mine.case, "topic": topic.slug, "fields": form.told(), "by": self.person, "at": at}
        if topic.form is Dangers:
            return self._stop(form.yes, lambda: actions.answer_danger(yes=form.yes, **words), stops=bool(form.yes))
        if topic.form is Risks:
            risks = {"answers": form.answers, "shown_none": form.shown_none}
            has_yes = Answer.PRESENT in form.answers.values()
            return self._stop((), lambda: actions.answer_risks(**words, **risks), stops=has_yes)
        return actions.keep_topic(**words)

    def _stop(self, yes, act, *, stops):
        """Run an action that may stop the leg; after a yes nobody gets an error page instead of what to do."""
        return stop_or_say_so(yes=yes, clinic=self.mine.clinic, act=act) if stops else act()

    def around(self, topic):
        """Return (the topic before, the number of this one, of how many)."""
        at = TOPICS.index(topic)
        return (TOPICS[at - 1] if at else None), at + 1, len(TOPICS)


def zone_rows(chosen=()):
    """Return the zones of the palpation map with both sides, for the picture and for the list."""
    return [
        {
            "zone": zone,
            "number": number,
            "mirrored": PICTURE - zone.at[0],
            "name": PLACES[zone.code],
            "sides": [
                {"key": f"{zone.code}_{side}", "side": side, "chosen": f"{zone.code}_{side}" in chosen}
                for side in ("left", "right")
            ],
        }
        for number, zone in enumerate(ZONES, start=1)
    ]
