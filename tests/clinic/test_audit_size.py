"""The report of the audit costs as much in a long chain as in a short one, for every filter, first page or far in."""

import pytest

from rehab.management.audit_size import fill, times
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.timing]
FEW, MANY, SIZE = 200, 200_000, 10  # a page so small that each filter fills it from the few as well
# A deeper index and colder pages may cost something; reading or sorting all the lines costs ten times and more.
TIMES = 5
UNBOUND = "person, a kind without lines"  # reads every line of the person, as the report says of itself


def test_a_page_of_a_long_audit_costs_what_a_page_of_a_short_one_costs():
    costs = []
    for rows in (FEW, MANY):  # the few stand alone when they are timed: a table read from end to end would show
        lead = factories.member(factories.ClinicFactory(), "lead")
        costs.append(times(lead, fill(lead.memberships.get().clinic, rows), size=SIZE, of=min))
    short, long = costs

    dear = {
        f"{name}, {page}": (short[name][page], figures[page])
        for name, figures in long.items()
        for page in ("first_ms", "far_ms")
        if not name.startswith(UNBOUND) and figures[page] > TIMES * short[name][page]
    }
    assert dear == {}
