"""What the database itself refuses in triage, on both engines: what was answered, found, decided and signed stays."""

# ruff: noqa: S608  (every text is written here; no input reaches this SQL)

from clinic.triggers import Trigger, append_only, changed, kept, never_emptied

# A completed or voided screening is history: its answers and its own row stay as they are.
SEALED = (
    "EXISTS (SELECT 1 FROM triage_screening s WHERE s.id = {row}.screening_id "
    "AND (s.completed_at IS NOT NULL OR s.voided_at IS NOT NULL))"
)
ANSWER_MESSAGE = "triage_screeninganswer: the screening is complete"
ITEM_MESSAGE = "triage_redflagitem: an item is closed by an outcome; it is never changed otherwise"
UNDECIDED = "triage_screening: it is complete only where a stored decision of that moment says so"
SIGN_MESSAGE = "triage_signoff: this signature answers nothing here"


def undecided(complete, level):
    """Return SQL for: said to be complete, but no stored decision of the case found it so at that moment."""
    return (
        "NEW.complete AND NOT EXISTS (SELECT 1 FROM triage_decision d WHERE d.case_id = NEW.case_id "
        f"AND d.kind = 'triage' AND d.at = NEW.completed_at AND {complete} AND {level} = NEW.level)"
    )


COMPLETED = {
    "sqlite": undecided("json_extract(d.result, '$.complete') = 1", "json_extract(d.result, '$.level')"),
    "postgresql": undecided("d.result ->> 'complete' = 'true'", "d.result ->> 'level'"),
}

SCREENING_TRIGGERS = (
    *(
        Trigger(f"triage_answer_sealed_{event.lower()}", "triage_screeninganswer", event, when, ANSWER_MESSAGE)
        for event, when in (
            ("INSERT", SEALED.format(row="NEW")),
            ("UPDATE", f"{SEALED.format(row='OLD')} OR {SEALED.format(row='NEW')}"),
            ("DELETE", SEALED.format(row="OLD")),
        )
    ),
    never_emptied("triage_screeninganswer"),
    *kept("triage_screening"),
    Trigger(
        "triage_screening_sealed",
        "triage_screening",
        "UPDATE",
        "OLD.completed_at IS NOT NULL OR OLD.voided_at IS NOT NULL OR "
        + changed("id", "case_id", "started_at", "started_by_id")
        + " OR (OLD.because <> '' AND NEW.because = '')",
        "triage_screening: a finished screening is never changed, and none changes its case",
    ),
    Trigger("triage_screening_born_decided", "triage_screening", "INSERT", COMPLETED, UNDECIDED),
    Trigger("triage_screening_decided", "triage_screening", "UPDATE", COMPLETED, UNDECIDED),
)

ITEM_TRIGGERS = (
    *kept("triage_redflagitem"),
    Trigger(
        "triage_item_of_its_screening",
        "triage_redflagitem",
        "INSERT",
        "NEW.screening_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM triage_screening s "
        "WHERE s.id = NEW.screening_id AND s.case_id = NEW.case_id)",
        "triage_redflagitem: the screening belongs to another case",
    ),
    Trigger(
        # An excluded or confirmed item is final; an open or inconclusive one takes an outcome, never loses it.
        # Its words follow the answers only while its screening is being typed.
        "triage_item_only_closed",
        "triage_redflagitem",
        "UPDATE",
        "OLD.outcome IN ('excluded', 'confirmed') "
        f"OR {changed('id', 'case_id', 'screening_id', 'row', 'level', 'opened_at', 'opened_by_id')} "
        f"OR (({changed('text', 'rule')}) AND (OLD.outcome <> '' OR {SEALED.format(row='OLD')})) "
        "OR (NEW.outcome = '' AND OLD.outcome <> '')",
        ITEM_MESSAGE,
    ),
)


def _item(condition):
    return f"EXISTS (SELECT 1 FROM triage_redflagitem i WHERE i.id = NEW.item_id AND {condition})"


URGENT = _item("i.level = 'U'")
# A release says something after a confirmation; for a clot that was signed for it frees massage.
RELEASABLE = (
    "((i.outcome = 'confirmed' AND i.closed_at <= NEW.at) OR (i.outcome = '' AND i.\"row\" = 'RF-DVT' AND EXISTS "
    "(SELECT 1 FROM triage_signoff o WHERE o.item_id = i.id AND o.kind = 'considered_not_suspected')))"
)

SIGN_OFF_TRIGGERS = (
    *append_only("triage_signoff"),
    Trigger(
        "triage_signoff_of_its_case",
        "triage_signoff",
        "INSERT",
        f"NEW.item_id IS NOT NULL AND NOT {_item('i.case_id = NEW.case_id')}",
        "triage_signoff: the item belongs to another case",
    ),
    Trigger(
        "triage_signoff_only_where_accepted",
        "triage_signoff",
        "INSERT",
        f"(NEW.kind = 'considered_not_suspected' AND NOT {_item('i.signable')}) "
        f"OR (NEW.kind = 'may_load' AND NOT {URGENT}) "
        f"OR (NEW.kind = 'released' AND NEW.item_id IS NOT NULL AND NOT {_item(RELEASABLE)})",
        SIGN_MESSAGE,
    ),
    Trigger(
        "triage_signoff_after_the_diagnosis",
        "triage_signoff",
        "INSERT",
        "NEW.cause <> '' AND (NEW.kind <> 'released' OR NOT EXISTS (SELECT 1 FROM triage_diagnosis d "
        "WHERE d.case_id = NEW.case_id AND d.cause = NEW.cause AND d.at <= NEW.at))",
        SIGN_MESSAGE,
    ),
)

FINDING_TRIGGERS = (
    *append_only("triage_examination"),
    *kept("triage_finding"),
    Trigger(
        # The verdict of a test is written once, after the rules have judged the whole visit.
        "triage_finding_stays",
        "triage_finding",
        "UPDATE",
        "OLD.verdict <> '' OR "
        + changed("id", "examination_id", "code", "side", "answer", "value", "unit", "method", "pain_nprs")
        + " OR "
        + changed("shown_none"),
        "triage_finding: a later look is a new examination",
    ),
)

NOTICE_TRIGGERS = (
    *kept("triage_notice"),
    Trigger(
        "triage_notice_stays",
        "triage_notice",
        "UPDATE",
        "OLD.mail_sent IS NOT NULL AND NEW.mail_sent IS NULL OR "
        + changed("id", "case_id", "kind", "once", "until", "opened_at"),
        "triage_notice: what was owed stays what it was, and what was sent stays sent",
    ),
)

TRIGGERS = (
    *append_only("triage_decision"),
    *append_only("triage_diagnosis"),
    *SCREENING_TRIGGERS,
    *ITEM_TRIGGERS,
    *SIGN_OFF_TRIGGERS,
    *FINDING_TRIGGERS,
    *NOTICE_TRIGGERS,
)
