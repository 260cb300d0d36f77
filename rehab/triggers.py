"""What the database itself refuses, on both engines: the last door behind the actions.

A plan is not drafted, changed, signed or taken up again while the gate is shut, a signed plan is never
edited, and steps and treatments are only ever added.  The sentences about triage's rows are the gate of
``triage.gate`` said in SQL; a test asks both the same cases.
"""

# No load with these until a specialist's release.  Frozen words: a trigger is part of the schema.
RELEASE_CAUSES = (
    *("DVT", "PE", "ACS", "ALI", "CES", "ACHILLES_RUPTURE"),
    *("INFECTION", "FRACTURE", "BSI", "PAES", "PAD", "BAKER"),
)
SIGNATURE_DAYS = 7  # a screening older than this opens no new signature


def locked(case):
    """Return SQL for: screening unfinished or missing, or a stopping item without ``excluded``."""
    return f"""(
 EXISTS (SELECT 1 FROM triage_screening s
         WHERE s.case_id = {case} AND s.completed_at IS NULL AND s.voided_at IS NULL)
 OR NOT EXISTS (SELECT 1 FROM triage_screening s
         WHERE s.case_id = {case} AND s.completed_at IS NOT NULL AND s.voided_at IS NULL AND s.complete
         AND NOT EXISTS (SELECT 1 FROM triage_screening n WHERE n.case_id = {case}
                         AND n.voided_at IS NULL AND n.completed_at > s.completed_at))
 OR EXISTS (SELECT 1 FROM triage_redflagitem i
         WHERE i.case_id = {case} AND i.level IN ('E', 'D') AND i.outcome <> 'excluded')
)"""


def shut(case):
    """Return SQL for: locked, or an urgent item without ``may_load``, or a diagnosis without release."""
    causes = ", ".join(f"'{cause}'" for cause in RELEASE_CAUSES)
    return f"""({locked(case)}
 OR EXISTS (SELECT 1 FROM triage_redflagitem i
         WHERE i.case_id = {case} AND i.level = 'U' AND i.outcome <> 'excluded'
         AND NOT EXISTS (SELECT 1 FROM triage_signoff o WHERE o.item_id = i.id AND o.kind = 'may_load'))
 OR EXISTS (SELECT 1 FROM triage_diagnosis d
         WHERE d.case_id = {case} AND d.cause IN ({causes})
         AND NOT EXISTS (SELECT 1 FROM triage_signoff o WHERE o.case_id = {case}
                         AND o.kind = 'released' AND o.cause = d.cause))
)"""


def stale(case, moment, vendor):
    """Return SQL for: every complete screening is older than a new signature allows."""
    since = (
        f"julianday({moment}) - {SIGNATURE_DAYS}"
        if vendor == "sqlite"
        else f"{moment} - interval '{SIGNATURE_DAYS} days'"
    )
    done = "julianday(s.completed_at)" if vendor == "sqlite" else "s.completed_at"
    return f"""NOT EXISTS (SELECT 1 FROM triage_screening s WHERE s.case_id = {case}
         AND s.voided_at IS NULL AND s.complete AND {done} >= {since})"""
