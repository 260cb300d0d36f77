"""{% case_path case %}: the path of a case as steps, and where it stands.  One query."""

from django import template
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext_lazy

from clinic.models import Case
from rehab.models import Plan
from triage.facts import standing_diagnoses
from triage.models import Examination, Screening

register = template.Library()

STEPS = [  # the column that says it is done, the word, where it is done
    ("told", gettext_lazy("Story"), "clinic:intake"),
    ("screened", gettext_lazy("Red flags"), "triage:screening"),
    ("examined", gettext_lazy("Examination"), "triage:examination"),
    ("diagnosed", gettext_lazy("Diagnosis"), "triage:causes"),
    ("signed", gettext_lazy("Plan"), "rehab:plan"),
]
WRITTEN = {"told", "screened", "examined"}  # pages that are there only to write: no way for who only reads


def _exists(model, **also):
    return Exists(model.objects.filter(case=OuterRef("pk"), **also))


@register.inclusion_tag("clinic/_path.html", takes_context=True)
def case_path(context, case):
    """Show each step as done, next or later; the next is the first that is not done, a button on the case page."""
    row = (
        Case.objects.filter(pk=case.pk)
        .annotate(
            screened=_exists(Screening, completed_at__isnull=False, voided_at__isnull=True)
            & ~_exists(Screening, completed_at__isnull=True, voided_at__isnull=True),  # one begun again shuts the gate
            examined=_exists(Examination),
            diagnosed=Exists(standing_diagnoses().filter(case=OuterRef("pk"))),
            signed=_exists(Plan, signed_at__isnull=False, replaced_at__isnull=True),
        )
        .values("story", "screened", "examined", "diagnosed", "signed")
        .get()
    )
    row["told"] = bool(row["story"])
    only_reads = getattr(case, "is_only_read", False)
    first_open = next((code for code, _, _ in STEPS if not row[code]), None)
    steps = [
        {
            "code": code,
            "name": name,
            "url": "" if only_reads and code in WRITTEN else reverse(url, args=[case.pk]),
            "state": "done" if row[code] else "now" if code == first_open else "later",
        }
        for code, name, url in STEPS
    ]
    next_step = next((step for step in steps if step["state"] == "now"), None)
    on_case_page = context["request"].path == reverse("clinic:case", args=[case.pk])
    return {"case": case, "steps": steps, "next_step": next_step if on_case_page else None}
