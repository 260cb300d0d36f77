"""/cases/<id>/triage/..."""

from django.urls import path

from triage.views import diagnosis, examination, items, letter, paper, screening

app_name = "triage"

urlpatterns = [
    path("cases/<uuid:case_id>/triage/screening/", screening.screening, name="screening"),
    path("cases/<uuid:case_id>/triage/screening/level/", screening.level, name="level"),
    path("cases/<uuid:case_id>/triage/screening/void/", screening.void, name="void"),
    path("cases/<uuid:case_id>/triage/decision/", screening.decision, name="decision"),
    path("cases/<uuid:case_id>/triage/items/", items.items, name="items"),
    path(
        "cases/<uuid:case_id>/triage/items/<uuid:item_id>/close/",
        items.close,
        name="close_item",
    ),
    path(
        "cases/<uuid:case_id>/triage/items/<uuid:item_id>/sign/",
        items.sign,
        name="sign_item",
    ),
    path("cases/<uuid:case_id>/triage/letter/", letter.letter, name="letter"),
    path("cases/<uuid:case_id>/triage/letter/sent/", letter.sent, name="letter_sent"),
    path("cases/<uuid:case_id>/letter.pdf", paper.letter_pdf, name="letter_pdf"),
    path(
        "cases/<uuid:case_id>/triage/examination/",
        examination.examination,
        name="examination",
    ),
    path(
        "cases/<uuid:case_id>/triage/examination/judge/",
        examination.judge,
        name="judge",
    ),
    path("cases/<uuid:case_id>/triage/causes/", diagnosis.causes, name="causes"),
    path("cases/<uuid:case_id>/triage/diagnosis/", diagnosis.diagnosis, name="diagnosis"),
    path("cases/<uuid:case_id>/triage/release/", diagnosis.release, name="release"),
]
