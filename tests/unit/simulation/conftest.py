import pytest

from simulation import Economy, Parameters, make_economy


@pytest.fixture(scope="session")
def economy() -> Economy:
    """An economy large enough to have every format, faults and defaults."""
    return make_economy(11, Parameters(members=40, debtors=1500))
