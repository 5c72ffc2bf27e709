import numpy as np
import pytest

from agents.policy.lessons import Lessons, derive
from agents.policy.losses import PolicyLoss, chances, legal_moves, value_loss
from agents.policy.network import GROUPS, SHIFTS, LookUp, PolicyNetwork
from networks.gradcheck import check_gradients, check_layer, numerical_gradient, relative_error
from networks.layers import allocate

COUNT = 40


@pytest.fixture
def example():
    """Logits, legal moves, moves, advantages, reference and weights of 40 boards, float64."""
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(4, COUNT))
    legal = legal_moves(rng.integers(1, 16, COUNT).astype(np.uint8))
    moves = np.array([rng.choice(np.flatnonzero(column)) for column in legal.T])
    log = chances(logits, legal).log[moves, np.arange(COUNT)]
    reference = log + rng.normal(size=COUNT) * 0.3
    return logits, legal, moves, rng.normal(size=COUNT), reference, rng.random(COUNT) * 2


def test_masks_are_bits():
    assert legal_moves(np.array([0b1010, 0b0001], np.uint8)).T.tolist() == [
        [False, True, False, True],
        [True, False, False, False],
    ]


def test_chances_are_over_the_legal_moves(example):
    logits, legal, *_ = example
    log, pi = chances(logits, legal)
    assert pi.sum(axis=0) == pytest.approx(1)
    assert (pi[~legal] == 0).all() and (log[~legal] == 0).all()
    for n in range(COUNT):
        weights = np.exp(logits[legal[:, n], n])
        assert pi[legal[:, n], n] == pytest.approx(weights / weights.sum())
    assert np.isfinite(chances(logits * 1e4, legal).log).all()


@pytest.mark.parametrize("clip", [None, 0.2, 0.05])
@pytest.mark.parametrize("entropy", [0.0, 0.3])
def test_the_policys_derivative(clip, entropy, example):
    logits, legal, moves, advantages, reference, weights = example
    loss = PolicyLoss(clip, entropy)
    found = loss(logits, legal, moves, advantages, reference, weights)
    if clip is not None:
        assert 0 < found.clipped < 1
    numerical = numerical_gradient(
        lambda: loss(logits, legal, moves, advantages, reference, weights).loss,
        logits,
        np.arange(logits.size),
    )
    assert relative_error(found.delta.ravel(), numerical) < 1e-7
    assert (found.delta[~legal] == 0).all()
    assert found.delta.sum(axis=0) == pytest.approx(0, abs=1e-12)


def test_the_clipped_loss_is_the_formula(example):
    logits, legal, moves, advantages, reference, weights = example
    found = PolicyLoss(0.2)(logits, legal, moves, advantages, reference, weights)
    ratio = np.exp(chances(logits, legal).log[moves, np.arange(COUNT)] - reference)
    terms = [min(r * a, min(max(r, 0.8), 1.2) * a) for r, a in zip(ratio, advantages, strict=True)]
    assert found.loss == pytest.approx(-np.mean(weights * terms))
    divergence = weights * (ratio - 1 - np.log(ratio))
    assert found.divergence == pytest.approx(np.mean(divergence))


def test_without_difference_clipping_changes_no_derivative(example):
    logits, legal, moves, advantages, _, weights = example
    reference = chances(logits, legal).log[moves, np.arange(COUNT)]
    with_, without = (
        PolicyLoss(clip)(logits, legal, moves, advantages, reference, weights)
        for clip in (0.2, None)
    )
    assert with_.delta == pytest.approx(without.delta)
    assert with_.divergence == 0


def test_the_critics_derivative():
    rng = np.random.default_rng(1)
    values, targets, weights = rng.normal(size=30), rng.normal(size=30), rng.random(30)
    loss, delta = value_loss(values, targets, weights, 0.7)
    assert loss == pytest.approx(0.35 * np.mean(weights * (values - targets) ** 2))
    numerical = numerical_gradient(
        lambda: value_loss(values, targets, weights, 0.7)[0], values, np.arange(30)
    )
    assert relative_error(delta, numerical) < 1e-8


def test_look_ups_are_a_dense_layer_on_pairs(boards):
    packed, cells = boards
    layer = LookUp(5)
    allocate(layer, 0, np.float64)
    layer.b.value[:] = np.random.default_rng(2).normal(size=layer.features)
    flat = cells.reshape(-1, 16).astype(int)
    expected = np.zeros((len(packed), len(GROUPS), 5)) + layer.b.value.reshape(-1, 5)
    for g, group in enumerate(GROUPS):
        for p, (a, b) in enumerate(group):
            rows = 256 * (4 * g + p) + 16 * flat[:, a] + flat[:, b]
            expected[:, g] += layer.w.value[rows]
    found = layer.forward(packed)
    expected = np.maximum(expected, 0).reshape(len(packed), -1)
    np.testing.assert_allclose(found.T, expected)
    assert len(SHIFTS) == 4 * len(GROUPS) == 4 * 17


def test_the_look_ups_gradients(boards):
    layer = LookUp(3)
    allocate(layer, 0, np.float64)
    errors = check_layer(layer, boards[0][:30], samples=300)
    assert max(errors.values()) < 1e-7


def test_all_gradients_of_a_batch(boards, example):
    """The whole loss through the whole network, on pictures of the boards."""
    rng = np.random.default_rng(3)
    network = PolicyNetwork(4, (12, 8), seed=1, dtype=np.float64)
    count = 24
    lessons = Lessons(
        boards[0][:count],
        np.full(count, 15, np.uint8),
        rng.integers(4, size=count).astype(np.int8),
        rng.normal(size=count),
        np.log(np.full(count, 0.25)) + rng.normal(size=count) * 0.2,
        rng.normal(size=count),
        rng.normal(size=count),
        rng.random(count) * 2,
    )
    lessons = lessons.seen(rng.integers(8, size=count).astype(np.int8))

    def loss():
        found = derive(network, lessons, PolicyLoss(0.3, 0.05), 0.5, 1.0)
        return found["policy_loss"] + found["value_loss"]

    loss()
    assert max(check_gradients(network, loss, samples=200).values()) < 1e-6


def test_replicas_share_weights_and_nothing_else(boards):
    network = PolicyNetwork(4, (8,), seed=1)
    twin = network.replica()
    ones = np.ones((4, 300), np.float32)
    logits, _ = (array.copy() for array in network.forward(boards[0]))
    twin.forward(boards[0][::-1].copy())
    network.gradients(ones, ones[0])
    assert not twin.weights.gradients.any()
    network.weights.values *= 2
    assert (twin.forward(boards[0])[0] == network.forward(boards[0])[0]).all()
    assert (network.forward(boards[0])[0] != logits).any()
