"""What the database itself refuses in triage, on both engines."""

from clinic.triggers import Trigger, append_only

# A completed or voided screening is history: its answers and its own row stay as they are.
SEALED = "EXISTS (SELECT 1 FROM triage_screening s WHERE s.id = {row}.screening_id AND s.completed_at IS NOT NULL)"
ITEM_MESSAGE = "triage_redflagitem: an item is closed by an outcome; it is never changed otherwise"

TRIGGERS = (
    *append_only("triage_decision"),
    *append_only("triage_signoff"),
    *append_only("triage_diagnosis"),
    Trigger(
        "triage_answer_sealed_insert",
        "triage_screeninganswer",
        "INSERT",
        SEALED.format(row="NEW"),
        "triage_screeninganswer: the screening is complete",
    ),
    Trigger(
        "triage_answer_sealed_update",
        "triage_screeninganswer",
        "UPDATE",
        SEALED.format(row="OLD"),
        "triage_screeninganswer: the screening is complete",
    ),
    Trigger(
        "triage_answer_sealed_delete",
        "triage_screeninganswer",
        "DELETE",
        SEALED.format(row="OLD"),
        "triage_screeninganswer: the screening is complete",
    ),
    Trigger(
        "triage_screening_sealed",
        "triage_screening",
        "UPDATE",
        "OLD.completed_at IS NOT NULL OR OLD.voided_at IS NOT NULL",
        "triage_screening: a finished screening is never changed",
    ),
    Trigger(
        "triage_signoff_only_where_accepted",
        "triage_signoff",
        "INSERT",
        "NEW.kind = 'considered_not_suspected' AND NOT EXISTS "
        "(SELECT 1 FROM triage_redflagitem i WHERE i.id = NEW.item_id AND i.signable)",
        "triage_signoff: this item does not accept a signature",
    ),
    Trigger(
        "triage_screening_kept",
        "triage_screening",
        "DELETE",
        "",
        "triage_screening: rows are kept",
    ),
    Trigger(
        "triage_item_kept",
        "triage_redflagitem",
        "DELETE",
        "",
        "triage_redflagitem: rows are kept",
    ),
    Trigger(
        # An excluded or confirmed item is final; an open or inconclusive one takes an outcome, never loses it.
        # Its words follow the answers only while its screening is being typed.
        "triage_item_only_closed",
        "triage_redflagitem",
        "UPDATE",
        "OLD.outcome IN ('excluded', 'confirmed') OR NEW.case_id <> OLD.case_id OR NEW.\"row\" <> OLD.\"row\" "
        "OR NEW.level <> OLD.level OR NEW.opened_at <> OLD.opened_at "
        f"OR ((NEW.text <> OLD.text OR NEW.rule <> OLD.rule) AND (OLD.outcome <> '' OR {SEALED.format(row='OLD')})) "
        "OR (NEW.outcome = '' AND OLD.outcome <> '')",
        ITEM_MESSAGE,
    ),
)
