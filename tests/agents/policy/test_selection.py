"""Which moves are learned from, and that the gradient is on average that of all."""

import numpy as np
import pytest

from agents.policy.lessons import Lessons, derive
from agents.policy.losses import PolicyLoss, chances, legal_moves
from agents.policy.network import PolicyNetwork
from agents.policy.selection import EVEN, draw, inclusion_chances, interests

COUNT = 300


@pytest.fixture
def lessons(boards):
    """300 moves, of most of which the policy is certain."""
    rng = np.random.default_rng(5)
    advantages = rng.standard_t(2, COUNT)
    certain = rng.random(COUNT) < 0.8
    return Lessons(
        boards=boards[0],
        masks=np.full(COUNT, 15, np.uint8),
        moves=rng.integers(4, size=COUNT).astype(np.int8),
        advantages=np.where(certain, 0.1, advantages),
        reference=np.log(np.where(certain, 0.999, 0.4)),
        targets=rng.standard_t(2, COUNT),
        surprises=rng.standard_t(2, COUNT),
        weights=rng.random(COUNT) + 0.5,
    )


def test_the_interest_is_the_size_of_the_gradients(lessons):
    found = interests(lessons)
    assert np.average(found, weights=lessons.weights) == pytest.approx(1)
    assert (found >= EVEN).all()
    policy = np.abs(lessons.advantages) * (1 - np.exp(lessons.reference))
    critic = np.abs(lessons.surprises)
    slopes = np.linalg.lstsq(np.stack([policy, critic], axis=1), found - EVEN, rcond=None)[0]
    assert found - EVEN == pytest.approx(policy * slopes[0] + critic * slopes[1])
    shares = [np.average(g, weights=lessons.weights) for g in (policy, critic)] * slopes
    assert shares == pytest.approx([(1 - EVEN) / 2] * 2)


def test_nothing_to_learn_is_learned_evenly(lessons):
    zeros = np.zeros(COUNT)
    nothing = Lessons(**{**vars(lessons), "advantages": zeros, "surprises": zeros})
    assert (interests(nothing) == 1).all()


@pytest.mark.parametrize("count", [1, 7, 100, 299])
def test_chances_are_as_large_as_the_sizes_but_none_is_above_one(count):
    sizes = np.random.default_rng(0).pareto(1, COUNT) + 0.01
    chances = inclusion_chances(sizes, count)
    assert chances.sum() == pytest.approx(count)
    assert (chances <= 1).all()
    free = chances < 1
    assert np.ptp(chances[free] / sizes[free]) < 1e-9 * (chances[free] / sizes[free]).max()
    assert sizes[~free].min(initial=np.inf) >= sizes[free].max()


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_what_is_no_number_any_more_is_not_looked_at_for_ever():
    assert np.isnan(inclusion_chances(np.array([1.0, np.inf, 2.0]), 2)).any()


@pytest.mark.parametrize("count", [3, 60, 299])
def test_none_is_drawn_twice_and_in_the_end_all_count_as_they_did(count, lessons):
    interest, rng, draws = interests(lessons), np.random.default_rng(1), 4000
    chances = inclusion_chances(lessons.weights * interest, count)
    place = {int(board): n for n, board in enumerate(lessons.boards)}
    sums, times = np.zeros(COUNT), np.zeros(COUNT)
    for _ in range(draws):
        some = draw(lessons, interest, count, rng)
        assert len(some.boards) == count
        numbers = [place[int(board)] for board in some.boards]
        assert len(set(numbers)) == len(numbers)
        # An average over those drawn is to be that over all.
        sums[numbers] += some.weights / len(numbers) * COUNT
        times[numbers] += 1
    error = np.sqrt((1 - chances) / chances / draws) * lessons.weights
    assert (np.abs(sums / draws - lessons.weights) < 5 * error + 1e-3).all()
    assert (np.abs(times / draws - chances) < 5 * np.sqrt(chances / draws) + 1e-3).all()


def test_all_of_them_are_as_they_were(lessons):
    found = draw(lessons, interests(lessons), COUNT, np.random.default_rng(0))
    assert sorted(found.boards) == sorted(lessons.boards)
    assert sorted(found.weights) == sorted(lessons.weights)
    assert (found.boards != lessons.boards).any()


def test_those_drawn_have_more_of_the_gradient_than_as_many_drawn_evenly(lessons):
    """And on average the gradient of all."""
    network = PolicyNetwork(4, (12,), seed=1, dtype=np.float64)
    logits, values = network.forward(lessons.boards)
    log = chances(logits, legal_moves(lessons.masks)).log[lessons.moves, np.arange(COUNT)]
    told = {"reference": log, "surprises": lessons.targets - values}
    lessons = Lessons(**{**vars(lessons), **told})

    def gradient(some):
        derive(network, some, PolicyLoss(None), 0.1, 1.0)
        return network.weights.gradients.copy()

    def draws(interest):
        rng = np.random.default_rng(2)
        found = [gradient(draw(lessons, interest, COUNT // 5, rng)) - whole for _ in range(300)]
        return np.mean(found, axis=0), np.mean(np.sum(np.square(found), axis=1))

    whole = gradient(lessons)
    (bias, variance), (_, evenly) = draws(interests(lessons)), draws(np.ones(COUNT))
    assert variance < 0.5 * evenly
    assert bias @ bias < 2 * variance / 300
