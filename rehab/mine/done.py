"""What a runner reads once their case is closed: how it ended, what to keep doing, when to come back."""

from types import SimpleNamespace

from clinic.models import Case
from rehab.history import plan_in_force
from rehab.knowledge import rehab_knowledge
from rehab.mine.frame import card_now
from triage.gate import loading_gate


def done_of(patient):
    """Return how the newest case of a runner ended, or None; what to keep doing only for who may load the leg."""
    case = patient.cases.filter(closed_at__isnull=False).order_by("-closed_at", "-id").first()
    if case is None:
        return None
    runs_again = case.outcome == Case.Outcome.RUNNING and loading_gate(case).open
    plan = plan_in_force(case) if runs_again else None
    return SimpleNamespace(
        case=case,
        outcome=case.outcome,
        runs_again=runs_again,
        cards=[card_now(item) for item in plan.items.all()] if plan else [],
        **_numbers(),
    )


def _numbers():
    """Return the numbers that the page names, from the tables."""
    steps, running = rehab_knowledge().progress.steps, rehab_knowledge().running
    keep, weeks, single = steps["maintain"].numbers, running.growth["week_cap"], running.growth["single_run"]
    return {
        "low": round(keep["times_a_week_min"]),
        "high": round(keep["times_a_week_max"]),
        "rise": round(weeks.numbers["rise_max_percent"]),
        "longer": round(single.numbers["longest_max_percent"] - 100),
        "days": round(single.numbers["days"]),
        "hours": round(running.back_down["breach"].numbers["hours_off"]),
        "no_gain_days": round(steps["no_improvement"].numbers["days"]),
    }
