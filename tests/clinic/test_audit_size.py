"""The report of the audit costs as much in a long chain as in a short one, for every filter, first page or far in."""

import pytest

from rehab.management.audit_size import fill, times
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.timing]
FEW, MANY, SIZE = 200, 200_000, 10  # a page so small that each filter fills it from the few as well
# A deeper index and colder pages may cost something; reading or sorting all the lines costs ten times and more.
TIMES = 5


def test_a_page_of_a_long_audit_costs_what_a_page_of_a_short_one_costs():
    costs = []
    for rows in (FEW, MANY):  # the few stand alone when they are timed: a table read from end to end would show
        lead = factories.member(factories.ClinicFactory(), "lead")
        costs.append(least(lead, fill(lead.memberships.get().clinic, rows)))
    short, long = costs

    assert {what: (short[what], took) for what, took in long.items() if took > TIMES * short[what]} == {}


def least(lead, filled):
    """Return {(filter, page): milliseconds}, the least of three passes: a machine may stop for a moment."""
    passes = [times(lead, filled, size=SIZE, of=min) for _ in range(3)]
    pages = ("first_ms", "far_ms")
    return {(name, page): min(each[name][page] for each in passes) for name in passes[0] for page in pages}
