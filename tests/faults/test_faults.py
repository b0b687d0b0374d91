"""Whatever happens in the middle of the mixed load: nothing is lost, nothing done twice, and runs go on by themselves."""

import pytest
from _pytest.mark import ParameterSet

from tests.faults.faults import LONG, SHARED
from tests.faults.lab import Fault, Lab
from tests.faults.table import note

LABS = 2
"""How many test processes share the faults among them; each has one installation for all of its own."""


def _spread(faults: tuple[Fault, ...]) -> list[ParameterSet]:
    return [
        pytest.param(fault, marks=pytest.mark.xdist_group(f"lab-{number % LABS}"), id=fault.name.replace(" ", "-"))
        for number, fault in enumerate(faults)
    ]


@pytest.mark.parametrize("fault", _spread(SHARED))
def test_nothing_is_lost_or_doubled(lab: Lab, fault: Fault) -> None:
    _suffer(lab, fault)


@pytest.mark.long
@pytest.mark.parametrize("fault", _spread(LONG))
def test_nothing_is_lost_or_doubled_in_the_long_run(lab: Lab, fault: Fault) -> None:
    _suffer(lab, fault)


def _suffer(lab: Lab, fault: Fault) -> None:
    outcome = lab.suffer(fault)
    note(fault, outcome)
    assert not outcome.violations
