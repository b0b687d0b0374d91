"""The life of an instance."""

import pytest

from agents.domain.lifecycle import IllegalMoveError, LifeState, move


def test_the_way_of_an_instance():
    state = LifeState.IDLE
    for following in (LifeState.RUNNING, LifeState.STOPPING, LifeState.STOPPED):
        state = move(state, following)
    assert state is LifeState.STOPPED


@pytest.mark.parametrize("state", LifeState)
@pytest.mark.parametrize("to", LifeState)
def test_every_other_move_is_refused_with_both_names(state, to):
    order = list(LifeState)
    if order.index(to) == order.index(state) + 1:
        return
    with pytest.raises(IllegalMoveError, match=f"{state}.*{to}"):
        move(state, to)
