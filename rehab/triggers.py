"""What the database itself refuses, on both engines: the last door behind the actions.

A plan is not drafted, changed, signed or taken up again while the gate is shut, a signed plan is never
edited, and steps and treatments are only ever added.  The sentences about triage's rows are the gate of
``triage.gate`` said in SQL; a test asks both the same cases.
"""

# ruff: noqa: S608  (every text is written here; no input reaches this SQL)

from clinic.triggers import Trigger, append_only, changed, kept, never_emptied
from rehab.models import Exercise, Wording

# No load with these until a specialist's release.  Frozen words: a trigger is part of the schema.
RELEASE_CAUSES = (
    *("DVT", "PE", "ACS", "ALI", "CES", "ACHILLES_RUPTURE"),
    *("INFECTION", "FRACTURE", "BSI", "PAES", "PAD", "BAKER"),
)
# What a diagnosis of the list waits for instead of a release: the finding that it was imaged.  Frozen words too.
IMAGED_BY = {"BAKER": "popliteal_cyst_ultrasound"}
SIGNATURE_DAYS = 7  # a screening older than this opens no new signature
CLOCKS_APART_HOURS = 1  # nor does one dated further ahead than two servers' clocks may differ


def _signed(kind, also=""):
    return (
        "EXISTS (SELECT 1 FROM triage_signoff o WHERE o.item_id = i.id AND o.case_id = i.case_id "
        f"AND o.kind = '{kind}'{also})"
    )


# An item ``i`` is answered by exclusion, by a release after confirmation, by ``may_load`` where it is urgent,
# and by a signature where its row accepts one.
ANSWERED = f"""(i.outcome = 'excluded'
 OR (i.outcome = 'confirmed' AND {_signed("released", " AND o.at >= i.closed_at")})
 OR (i.outcome IN ('', 'inconclusive') AND i.level = 'U' AND {_signed("may_load")})
 OR (i.outcome = '' AND i.level <> 'U' AND i.signable AND {_signed("considered_not_suspected")}))"""


def locked(case):
    """Return SQL for: screening unfinished or missing, or a stopping item that nothing answers."""
    return f"""(
 EXISTS (SELECT 1 FROM triage_screening s
         WHERE s.case_id = {case} AND s.completed_at IS NULL AND s.voided_at IS NULL)
 OR NOT EXISTS (SELECT 1 FROM triage_screening s
         WHERE s.case_id = {case} AND s.completed_at IS NOT NULL AND s.voided_at IS NULL AND s.complete
         AND NOT EXISTS (SELECT 1 FROM triage_screening n WHERE n.case_id = {case} AND n.voided_at IS NULL
                         AND n.completed_at >= s.completed_at AND NOT n.complete))
 OR EXISTS (SELECT 1 FROM triage_redflagitem i
         WHERE i.case_id = {case} AND i.level IN ('E', 'D') AND NOT {ANSWERED})
)"""


def imaged(case, code):
    """Return SQL for: the newest examination that answers this finding says present, on any side."""

    def seen(finding, examination):
        return (
            f"FROM triage_finding {finding} JOIN triage_examination {examination} "
            f"ON {examination}.id = {finding}.examination_id "
            f"WHERE {examination}.case_id = {case} AND {finding}.code = '{code}'"
        )

    return f"""EXISTS (SELECT 1 {seen("f", "e")} AND f.answer = 'present'
         AND NOT EXISTS (SELECT 1 {seen("later", "x")} AND later.side = f.side
                         AND (x.at > e.at OR (x.at = e.at AND x.id > e.id))))"""


def shut(case):
    """Return SQL for: locked, or an urgent item unanswered, or a diagnosis without release."""
    causes = ", ".join(f"'{cause}'" for cause in RELEASE_CAUSES)
    freed = "".join(
        f"\n         AND NOT (d.cause = '{cause}' AND {imaged(case, code)})" for cause, code in IMAGED_BY.items()
    )
    return f"""({locked(case)}
 OR EXISTS (SELECT 1 FROM triage_redflagitem i
         WHERE i.case_id = {case} AND i.level = 'U' AND NOT {ANSWERED})
 OR EXISTS (SELECT 1 FROM triage_diagnosis d
         WHERE d.case_id = {case} AND d.cause IN ({causes}){freed}
         AND NOT EXISTS (SELECT 1 FROM triage_signoff o WHERE o.case_id = {case}
                         AND o.kind = 'released' AND o.cause = d.cause AND o.at >= d.at))
)"""


def stale(case, moment, vendor):
    """Return SQL for: no complete screening is of the days, or of the hour after, that a new signature allows."""
    if vendor == "sqlite":
        done, signed = "julianday(s.completed_at)", f"julianday({moment})"
        since, until = f"{signed} - {SIGNATURE_DAYS}", f"{signed} + {CLOCKS_APART_HOURS} / 24.0"
    else:
        done = "s.completed_at"
        since = f"{moment} - interval '{SIGNATURE_DAYS} days'"
        until = f"{moment} + interval '{CLOCKS_APART_HOURS} hours'"
    return f"""NOT EXISTS (SELECT 1 FROM triage_screening s WHERE s.case_id = {case}
         AND s.voided_at IS NULL AND s.complete AND {done} BETWEEN {since} AND {until})"""


def both(sql):
    """Return one condition for each engine; ``sql`` makes it for an engine's name."""
    return {vendor: sql(vendor) for vendor in ("sqlite", "postgresql")}


# From the first day a plan is of this case, this diagnosis and this decision; the rest stays from the signature on.
BORN_WITH = ("id", "case_id", "diagnosis_id", "decision_id", "drafted_at", "drafted_by_id")
KEPT = ("note", "signed_at", "signed_by_id")
GATE = "the gate is shut: this leg must not be loaded now"
SEALED = "a signed plan is never edited: a new plan replaces it"

OF_ANOTHER_CASE = (
    "NOT EXISTS (SELECT 1 FROM triage_decision d WHERE d.id = NEW.decision_id AND d.case_id = NEW.case_id "
    "AND d.kind = 'plan') OR (NEW.diagnosis_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM triage_diagnosis g "
    "WHERE g.id = NEW.diagnosis_id AND g.case_id = NEW.case_id))"
)
UNREADY = "a signature needs the newest diagnosis, and an exercise with its reason at least"


def unready(vendor):
    """Return SQL for: about to be signed over an older diagnosis, without an exercise, or with one unexplained."""
    nothing = "i.because = '[]'" if vendor == "sqlite" else "i.because = '[]'::jsonb"
    return f"""NEW.signed_at IS NOT NULL AND OLD.signed_at IS NULL AND (
 NOT EXISTS (SELECT 1 FROM rehab_planitem i WHERE i.plan_id = NEW.id)
 OR EXISTS (SELECT 1 FROM rehab_planitem i WHERE i.plan_id = NEW.id AND {nothing})
 OR EXISTS (SELECT 1 FROM triage_diagnosis g JOIN triage_diagnosis mine ON mine.id = NEW.diagnosis_id
            WHERE g.case_id = NEW.case_id AND g.at > mine.at))"""


PLAN_TRIGGERS = (
    Trigger("rehab_plan_no_draft_behind_gate", "rehab_plan", "INSERT", shut("NEW.case_id"), GATE),
    Trigger("rehab_plan_no_change_behind_gate", "rehab_plan", "UPDATE", shut("OLD.case_id"), GATE),
    Trigger("rehab_plan_no_delete_behind_gate", "rehab_plan", "DELETE", shut("OLD.case_id"), GATE),
    Trigger(
        "rehab_plan_sealed",
        "rehab_plan",
        "UPDATE",
        f"OLD.replaced_at IS NOT NULL OR {changed(*BORN_WITH)} OR (OLD.signed_at IS NOT NULL AND ({changed(*KEPT)}))",
        SEALED,
    ),
    Trigger("rehab_plan_kept", "rehab_plan", "DELETE", "OLD.signed_at IS NOT NULL", SEALED),
    never_emptied("rehab_plan"),
    Trigger("rehab_plan_of_its_case", "rehab_plan", "INSERT", OF_ANOTHER_CASE, "a plan is of one case"),
    Trigger("rehab_plan_signed_as_it_should_be", "rehab_plan", "UPDATE", both(unready), UNREADY),
    Trigger(
        "rehab_plan_no_born_signed",
        "rehab_plan",
        "INSERT",
        "NEW.signed_at IS NOT NULL OR NEW.replaced_at IS NOT NULL",
        "a plan begins as a draft",
    ),
    Trigger(
        "rehab_plan_fresh_signature",
        "rehab_plan",
        "UPDATE",
        both(
            lambda vendor: (
                "NEW.signed_at IS NOT NULL AND OLD.signed_at IS NULL AND "
                + stale("NEW.case_id", "NEW.signed_at", vendor)
            )
        ),
        f"the screening is older than {SIGNATURE_DAYS} days: screen again before signing",
    ),
)


def of_plan(row, condition):
    """Return SQL for: the plan of an item row meets a condition over ``p``."""
    return f"EXISTS (SELECT 1 FROM rehab_plan p WHERE p.id = {row}.plan_id AND {condition})"


CLOSED_PLAN = "(p.signed_at IS NOT NULL OR p.replaced_at IS NOT NULL)"
NO_SUCH_LEVEL = "NEW.max_level > (SELECT e.level_count FROM rehab_exercise e WHERE e.code = NEW.exercise_id)"
LEVEL = "this exercise has no such level"

ITEM_TRIGGERS = (
    *(
        Trigger(
            f"rehab_item_{event.lower()}_behind_gate", "rehab_planitem", event, of_plan(row, shut("p.case_id")), GATE
        )
        for event, row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD"))
    ),
    *(
        Trigger(f"rehab_item_{event.lower()}_sealed", "rehab_planitem", event, of_plan(row, CLOSED_PLAN), SEALED)
        for event, row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD"))
    ),
    never_emptied("rehab_planitem"),
    Trigger("rehab_item_stays", "rehab_planitem", "UPDATE", "NEW.plan_id <> OLD.plan_id", "an item stays in its plan"),
    Trigger("rehab_item_insert_level", "rehab_planitem", "INSERT", NO_SUCH_LEVEL, LEVEL),
    Trigger("rehab_item_update_level", "rehab_planitem", "UPDATE", NO_SUCH_LEVEL, LEVEL),
)


def of_item(condition):
    """Return SQL for: the item and plan of a new step meet a condition over ``i`` and ``p``."""
    return (
        "EXISTS (SELECT 1 FROM rehab_planitem i JOIN rehab_plan p ON p.id = i.plan_id "
        f"WHERE i.id = NEW.item_id AND {condition})"
    )


# Caution is never refused: behind a shut gate a step may still lead down, or to less of the same.
RAISES = """NOT EXISTS (SELECT 1 FROM rehab_levelstep s WHERE s.item_id = NEW.item_id
 AND (s.level > NEW.level OR (s.level = NEW.level AND s.dose_percent >= NEW.dose_percent))
 AND NOT EXISTS (SELECT 1 FROM rehab_levelstep n WHERE n.item_id = s.item_id
                 AND (n.stepped_at > s.stepped_at OR (n.stepped_at = s.stepped_at AND n.id > s.id))))"""
STAGE_RAISES = """(NOT EXISTS (SELECT 1 FROM rehab_runstage s WHERE s.case_id = NEW.case_id
 AND s.stage >= NEW.stage AND (s.passed OR NOT NEW.passed)
 AND NOT EXISTS (SELECT 1 FROM rehab_runstage n WHERE n.case_id = s.case_id
                 AND (n.stepped_at > s.stepped_at OR (n.stepped_at = s.stepped_at AND n.id > s.id)))))"""

STEP_TRIGGERS = (
    Trigger("rehab_step_behind_gate", "rehab_levelstep", "INSERT", f"{RAISES} AND {of_item(shut('p.case_id'))}", GATE),
    Trigger(
        "rehab_step_in_force",
        "rehab_levelstep",
        "INSERT",
        of_item("(p.signed_at IS NULL OR p.replaced_at IS NOT NULL)"),
        "a step needs a signed plan in force",
    ),
    Trigger(
        "rehab_step_in_range",
        "rehab_levelstep",
        "INSERT",
        of_item("NEW.level NOT BETWEEN i.min_level AND i.max_level"),
        "the signature does not cover this level",
    ),
    *append_only("rehab_levelstep"),
)

TREATMENT_TRIGGERS = (
    Trigger(
        "rehab_treatment_behind_lock",
        "rehab_treatmentrecord",
        "INSERT",
        locked("NEW.case_id"),
        "no treatment while an alarm is open or the screening is not complete",
    ),
    *append_only("rehab_treatmentrecord"),
)


def replaced_only(table, *columns):
    """Return the triggers of a table whose rows stay, and where only "replaced" is ever written, once."""
    return (
        Trigger(
            f"{table}_replaced_only",
            table,
            "UPDATE",
            f"OLD.replaced_at IS NOT NULL OR {changed(*columns)}",
            f"{table}: a log is never changed; a correction is a new row",
        ),
        *kept(table),
    )


OF_ITS_CASE = "a log is of one case: its plan, its safety answers and its exercises too"
LOG_TRIGGERS = (
    *append_only("rehab_safetycheck"),
    *append_only("rehab_exerciselog"),
    *append_only("rehab_runlog"),
    *append_only("rehab_verdict"),
    *append_only("rehab_painlimitset"),
    *append_only("rehab_runreadiness"),
    Trigger(
        "rehab_painlimitset_of_its_case",
        "rehab_painlimitset",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM triage_diagnosis d WHERE d.id = NEW.diagnosis_id AND d.case_id = NEW.case_id)",
        "a limit is for a diagnosis of its own case",
    ),
    *replaced_only(
        "rehab_sessionlog",
        *("id", "key", "case_id", "plan_id", "safety_id", "kind", "day", "began", "minutes", "effort", "pain_before"),
        *("pain_during", "pain_after", "gait_change", "tingling", "note", "while_shut", "corrects_id", "logged_at"),
        *("logged_by_id", "device_time"),
    ),
    *replaced_only(
        "rehab_morninglog", "id", "case_id", "day", "pain", "stiffness_minutes", "logged_at", "logged_by_id"
    ),
    *replaced_only("rehab_outcomescore", "id", "case_id", "measure", "value", "day", "scored_at", "scored_by_id"),
    Trigger(
        "rehab_sessionlog_of_its_case",
        "rehab_sessionlog",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM rehab_safetycheck s WHERE s.id = NEW.safety_id AND s.case_id = NEW.case_id) "
        "OR (NEW.plan_id IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM rehab_plan p WHERE p.id = NEW.plan_id AND p.case_id = NEW.case_id))",
        OF_ITS_CASE,
    ),
    Trigger(
        "rehab_exerciselog_of_its_case",
        "rehab_exerciselog",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM rehab_sessionlog s JOIN rehab_planitem i ON i.id = NEW.item_id "
        "WHERE s.id = NEW.session_id AND i.plan_id = s.plan_id)",
        OF_ITS_CASE,
    ),
)

STAGE_TRIGGERS = (
    Trigger(
        "rehab_runstage_behind_gate", "rehab_runstage", "INSERT", f"{STAGE_RAISES} AND {shut('NEW.case_id')}", GATE
    ),
    *append_only("rehab_runstage"),
)

# What a clinic says and shows of an exercise stays with that clinic: no row is handed to another one.
WORDS_STAY = "the words and pictures of a clinic stay with it"
PICTURE_MOVES = f'OLD."wording_id" IS NOT NULL AND ({changed("id", "wording_id")})'  # none yet: migration 0010
WORDING_TRIGGERS = (
    Trigger("rehab_wording_stays", "rehab_wording", "UPDATE", changed("id", "exercise_id", "clinic_id"), WORDS_STAY),
    *kept("rehab_wording"),
    Trigger("rehab_exercisemedia_stays", "rehab_exercisemedia", "UPDATE", PICTURE_MOVES, WORDS_STAY),
    *append_only(Wording.history.model._meta.db_table),
)

TRIGGERS = (
    *PLAN_TRIGGERS,
    *ITEM_TRIGGERS,
    *STEP_TRIGGERS,
    *TREATMENT_TRIGGERS,
    *LOG_TRIGGERS,
    *STAGE_TRIGGERS,
    *WORDING_TRIGGERS,
    *append_only(Exercise.history.model._meta.db_table),
)
