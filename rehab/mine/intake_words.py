"""The questions of the intake in words for the runner.  What is asked, and its numbers, are those of the knowledge."""

from django.utils.translation import gettext_lazy as _

BEGAN = [
    ("sudden", _("suddenly, at one step or push-off")),
    ("during", _("during a run, growing worse")),
    ("after", _("after a run, the same or the next day")),
    ("gradual", _("little by little, over days or weeks")),
    ("blow", _("after a blow or a fall")),
]
PLACES = {
    "ZONE_POPLITEAL": _("Hollow of the knee"),
    "ZONE_GASTROC_MED": _("Upper calf, inner side"),
    "ZONE_GASTROC_LAT": _("Upper calf, outer side"),
    "ZONE_DEEP_VEIN": _("Upper calf, deep in the middle"),
    "ZONE_TP1": _("Upper calf, high on the inner side"),
    "ZONE_MTJ": _("Middle of the calf, where the muscle ends"),
    "ZONE_SOLEUS_MED": _("Lower calf, inner side"),
    "ZONE_SOLEUS_LAT": _("Lower calf, outer side"),
    "ZONE_TIBIAL_BORDER": _("Inner edge of the shin bone"),
    "ZONE_PTT_ZONE": _("Behind the inner ankle"),
    "ZONE_ACHILLES_MID": _("Achilles tendon, above the heel"),
    "ZONE_ACHILLES_INS": _("Achilles tendon, at the heel bone"),
}
RISKS = {
    "clot_worry": _("Are you worried that it could be a clot?"),
    "anticoagulant": _("Do you take a blood thinner?"),
    "w1": _("Do you have cancer under treatment or beyond cure, or were you treated for it in the last 6 months?"),
    "w2": _("Is the leg paralysed or weak from a nerve, or was it in plaster lately?"),
    "w3": _("Did you lie in bed for 3 days or more lately, or have a big operation in the last 12 weeks?"),
    "w9": _("Have you ever had a clot in a deep vein?"),
    "travel_4h": _("Did you sit for more than 4 hours in a plane, car, bus or train in the last 4 weeks?"),
    "hospital_12w": _("Were you in hospital, operated on or kept from moving in the last 12 weeks?"),
    "trauma_12w": _("Did you have a bad accident or break a leg in the last 12 weeks?"),
    "boot_3d": _("In the last 12 weeks: a boot or a brace, or no weight on the leg, for 3 days or more?"),
    "acute_illness": _("Are you seriously ill just now, or do you have heart failure?"),
    "previous_pe": _("Have you ever had a clot in the lung?"),
    "superficial_thrombosis": _("Do you have a clot in a vein just under the skin?"),
    "pregnant": _("Are you pregnant?"),
    "postpartum_6w": _("Did you give birth in the last 6 weeks?"),
    "oestrogen": _("Do you use contraception or hormones with oestrogen?"),
    "tamoxifen": _("Do you take tamoxifen or raloxifene?"),
    "thrombophilia": _("Do you know that your blood clots too easily (thrombophilia)?"),
    "age_over_60": _("Are you over 60?"),
    "family_clot": _("Has somebody in your family had a clot?"),
    "bmi_30": _("Is your body mass index 30 or more?"),
    "varicose_veins": _("Do you have varicose veins?"),
    "inflammatory_disease": _("Do you have an inflammatory disease that is active now?"),
    "direct_blow": _("Was there a blow to the calf or the hollow of the knee lately?"),
    "direct_blow_growing": _("Has swelling or pain grown since such a blow?"),
    "smoking": _("Do you smoke?"),
    "diabetes": _("Do you have diabetes?"),
    "vascular_risk_other": _(
        "High blood pressure, high blood fats, kidney disease, or heart or vessel disease in you or in your family?"
    ),
}
