"""What a runner reads once their case is closed: how it ended, what to keep doing, when to come back.

Who says yes to a danger after that reads what to do, as with an open case.
"""

from types import SimpleNamespace

from clinic.models import Case
from rehab.history import moves_of, plan_in_force
from rehab.knowledge import rehab_knowledge
from rehab.mine.doses import card_now
from rehab.mine.frame import last_closed
from rehab.models import SafetyCheck
from rehab.pages import stopping
from triage.gate import loading_gate


def done_of(patient):
    """Return how the newest case of a runner ended, or None; what to keep doing only for who may load the leg."""
    case = last_closed(patient)
    if case is None:
        return None
    gate = loading_gate(case)
    runs_again = case.outcome == Case.Outcome.RUNNING and gate.open
    plan = plan_in_force(case) if runs_again else None
    return SimpleNamespace(
        case=case,
        outcome=case.outcome,
        gate=gate,
        stop=stopping(case, gate) if _said_yes_since(case) else "",
        runs_again=runs_again,
        has_run=any(move.stage for move in moves_of(case)) if runs_again else False,
        cards=[card_now(item) for item in plan.items.all()] if plan else [],
        **_numbers(),
    )


def _said_yes_since(case):
    """Return whether a danger was answered with yes since the case was closed: only a new case frees the leg."""
    return SafetyCheck.objects.filter(case=case, any_yes=True, asked_at__gt=case.closed_at).exists()


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
