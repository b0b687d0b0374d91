from agentcluster.up.restart import MOST_CRASHES, STABLE_S, RestartPolicy


def test_delays_double_and_then_end() -> None:
    policy = RestartPolicy()
    delays = [policy.delay_after(0.1) for _ in range(MOST_CRASHES)]
    assert delays == [0.5, 1.0, 2.0, 4.0, 8.0, None]


def test_a_process_that_ran_long_begins_anew() -> None:
    policy = RestartPolicy()
    for _ in range(MOST_CRASHES - 1):
        policy.delay_after(0.1)
    assert policy.delay_after(STABLE_S) == 0.5
