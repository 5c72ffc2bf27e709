import numpy as np
import pytest

from agents.policy import kernels
from agents.policy.returns import explained_variance, vtrace

STEPS, COUNT = 30, 20


@pytest.fixture
def moves():
    """Rewards, ends, values and ratios of 20 sequences of 30 moves."""
    rng = np.random.default_rng(0)
    return (
        rng.random((STEPS, COUNT), dtype=np.float32),
        rng.random((STEPS, COUNT)) < 0.1,
        rng.normal(size=(STEPS + 1, COUNT)).astype(np.float32),
        np.exp(rng.normal(size=(STEPS, COUNT)) * 0.5).astype(np.float32),
    )


def slow_vtrace(rewards, ends, values, ratios, gamma, trace):
    """Espeholt et al. 2018, eq. 1, as the sum that it is."""
    targets = values[:-1].astype(np.float64)
    for e in range(COUNT):
        for s in range(STEPS):
            factor = 1.0
            for t in range(s, STEPS):
                after = 0.0 if ends[t, e] else values[t + 1, e]
                delta = rewards[t, e] + gamma * after - values[t, e]
                targets[s, e] += factor * min(1, ratios[t, e]) * delta
                if ends[t, e]:
                    break
                factor *= gamma * trace * min(1, ratios[t, e])
    return targets


@pytest.mark.parametrize(("gamma", "trace"), [(0.9, 1.0), (0.99, 0.7), (1.0, 0.0)])
def test_vtrace_is_the_sum_of_the_paper(gamma, trace, moves):
    rewards, ends, values, _ = moves
    found = vtrace(*moves, gamma, trace)
    expected = slow_vtrace(*moves, gamma, trace)
    assert found.targets == pytest.approx(expected, abs=1e-4)
    after = np.where(ends, 0, values[1:])
    further = np.zeros_like(rewards)
    further[:-1] = np.where(ends[:-1], 0, (expected - values[:-1])[1:])
    advantages = rewards + gamma * after - values[:-1] + gamma * trace * further
    assert found.advantages == pytest.approx(advantages, abs=1e-4)


def test_with_the_same_policy_it_is_generalised_advantage_estimation(moves):
    rewards, ends, values, ratios = moves
    found = vtrace(rewards, ends, values, np.ones_like(ratios), 0.98, 0.9)
    expected, last = np.zeros((STEPS, COUNT)), np.zeros(COUNT)
    for t in reversed(range(STEPS)):
        going = 0.98 * ~ends[t]
        last = rewards[t] + going * values[t + 1] - values[t] + 0.9 * going * last
        expected[t] = last
    assert found.advantages == pytest.approx(expected, abs=1e-4)
    assert found.targets - values[:-1] == pytest.approx(expected, abs=1e-4)


def test_lambda_1_without_a_critic_is_the_return(moves):
    rewards, ends, _, ratios = moves
    found = vtrace(rewards, ends, np.zeros((STEPS + 1, COUNT), np.float32), ratios * 0 + 1, 0.5, 1)
    expected = rewards.astype(np.float64)
    for t in reversed(range(STEPS - 1)):
        expected[t] += 0.5 * expected[t + 1] * ~ends[t]
    assert found.targets == pytest.approx(expected, abs=1e-5)


def test_what_would_not_be_done_today_is_cut_off(moves):
    rewards, ends, values, ratios = moves
    ratios[15] = 0
    found = vtrace(*moves, 0.99, 0.9)
    assert (found.targets[15] == values[15]).all()
    others = rewards.copy()
    others[15:] += 100
    again = vtrace(others, ends, values, ratios, 0.99, 0.9)
    assert (again.targets[:15] == found.targets[:15]).all()


def test_explained_variance():
    targets = np.random.default_rng(0).normal(size=1000)
    assert explained_variance(targets, targets * 0) == 1
    assert explained_variance(targets, targets - 3) == pytest.approx(0)
    assert explained_variance(targets * 0, targets) == 0


def test_finished_games():
    ends = np.zeros((6, 3), bool)
    ends[[1, 4], 0] = True
    ends[1, 1] = True
    found = kernels.finished(ends, 2)
    assert found.T.tolist() == [
        [False, False, True, True, True, False],
        [False] * 6,
        [False] * 6,
    ]
