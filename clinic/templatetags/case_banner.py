"""{% patient_banner case %}: whose record this is, on every clinical page."""

from django import template
from django.utils import timezone

from clinic.pages import leg

register = template.Library()


@register.inclusion_tag("clinic/_patient_banner.html")
def patient_banner(case):
    """Show name, birth date, side, allergies, anticoagulant and open alarms."""
    age = case.patient.age_on(timezone.localdate())
    return {"case": case, "patient": case.patient, "age": age, "leg": leg(case.side)}
