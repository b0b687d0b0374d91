"""Whatever happens in the middle of the mixed load: nothing is lost, nothing done twice, and runs go on by themselves."""

import pytest

from tests.faults.faults import LONG, SHARED
from tests.faults.lab import Fault, Lab
from tests.faults.table import note


@pytest.mark.parametrize("fault", SHARED, ids=lambda fault: fault.name.replace(" ", "-"))
def test_nothing_is_lost_or_doubled(lab: Lab, fault: Fault) -> None:
    _suffer(lab, fault)


@pytest.mark.long
@pytest.mark.parametrize("fault", LONG, ids=lambda fault: fault.name.replace(" ", "-"))
def test_nothing_is_lost_or_doubled_in_the_long_run(lab: Lab, fault: Fault) -> None:
    _suffer(lab, fault)


def _suffer(lab: Lab, fault: Fault) -> None:
    outcome = lab.suffer(fault)
    note(fault, outcome)
    assert not outcome.violations
