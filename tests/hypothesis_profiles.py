"""How many cases a property test tries: "full" is what the product promises, "quick" is for the desk.

What is tried so asks no database, so the run on PostgreSQL, the second of two, tries a tenth of it "again".
"""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "full",
    max_examples=2000,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile("again", parent=settings.get_profile("full"), max_examples=200)
settings.register_profile("quick", parent=settings.get_profile("full"), max_examples=50)


def load():
    """Choose the profile; HYPOTHESIS_PROFILE=quick makes a run at the desk short."""
    usual = "again" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "full"
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", usual))
