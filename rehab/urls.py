"""Addresses of the plan, of treatments and of the runner's own page."""

from django.urls import path

from rehab.views import calendar, course, figures, intake, logging, paper, plans, runner, treatments, watch

app_name = "rehab"

urlpatterns = [
    path("cases/<uuid:case_id>/plan/", plans.plan, name="plan"),
    path("cases/<uuid:case_id>/plan/draft/", plans.draft, name="draft"),
    path("cases/<uuid:case_id>/plan/checklist/", plans.checklist, name="checklist"),
    path("cases/<uuid:case_id>/plan/add/", plans.add, name="add"),
    path("cases/<uuid:case_id>/plan/items/<uuid:item_id>/replace/", plans.replace, name="replace"),
    path("cases/<uuid:case_id>/plan/items/<uuid:item_id>/remove/", plans.remove, name="remove"),
    path("cases/<uuid:case_id>/plan/items/<uuid:item_id>/move/", plans.move, name="move"),
    path("cases/<uuid:case_id>/plan/items/<uuid:item_id>/dose/", plans.dose, name="dose"),
    path("cases/<uuid:case_id>/plan/sign/", plans.sign, name="sign"),
    path("cases/<uuid:case_id>/plan/signed/", plans.signed, name="signed"),
    path("cases/<uuid:case_id>/plan/print/", plans.printed, name="plan_print"),
    path("cases/<uuid:case_id>/plan/handout.pdf", paper.plan_handout, name="plan_handout"),
    path("cases/<uuid:case_id>/plan/preview/", plans.preview, name="plan_preview"),
    path("cases/<uuid:case_id>/treatments/", treatments.treatments, name="treatments"),
    path("cases/<uuid:case_id>/treatments/checklist/", treatments.checklist, name="treatment_checklist"),
    path("cases/<uuid:case_id>/progress/", course.progress, name="progress"),
    path("cases/<uuid:case_id>/offers/<uuid:offer_id>/take/", course.take, name="take"),
    path("cases/<uuid:case_id>/offers/<uuid:offer_id>/decline/", course.decline, name="decline"),
    path("cases/<uuid:case_id>/limit/", course.limit, name="limit"),
    path("cases/<uuid:case_id>/scores/<slug:measure>/", course.score, name="score"),
    path("cases/<uuid:case_id>/running/", course.running, name="running"),
    path("cases/<uuid:case_id>/running/start/", course.start, name="start_running"),
    path("cases/<uuid:case_id>/running/resume/", course.resume, name="resume_running"),
    path("exercises/media/<uuid:media_id>/", runner.media, name="media"),
    path(
        "exercises/figures/<slug:exercise_code>/<int:at_level>/<slug:drawing>.<slug:figure_language>.svg",
        figures.drawing,
        name="figure",
    ),
    path("calendar/<str:token>.ics", calendar.feed, name="calendar"),
    path("me/", runner.my_today, name="my_today"),
    path("me/plan/", runner.my_plan, name="my_plan"),
    path("me/plan.pdf", paper.my_handout, name="my_handout"),
    path("me/safety/", runner.my_safety, name="my_safety"),
    path("me/session/", logging.my_session, name="my_session"),
    path("me/run/", logging.my_run, name="my_run"),
    path("me/runs/upload/", watch.my_upload, name="my_upload"),
    path("me/runs/keep/", watch.my_keep, name="my_keep"),
    path("me/morning/", logging.my_morning, name="my_morning"),
    path("me/log/", logging.my_logs, name="my_logs"),
    path("me/log/<uuid:session_id>/", logging.my_logged, name="my_logged"),
    path("me/log/<uuid:session_id>/correct/", logging.my_correction, name="my_correction"),
    path("me/intake/", intake.my_intake, name="my_intake"),
    path("me/intake/<slug:slug>/", intake.my_intake_topic, name="my_intake_topic"),
]
