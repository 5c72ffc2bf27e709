"""Losses: known values, gradients, averages, extremes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from networks.gradcheck import check_loss
from networks.layers import allocate
from networks.losses import BinaryCrossEntropy, Huber, SoftmaxCrossEntropy, SquaredError


def _loss(kind, *args, dtype=np.float64):
    loss = kind(*args)
    allocate(loss, 0, dtype)
    return loss


def _targets(kind, shape, rng, labels=False):
    if kind is SoftmaxCrossEntropy:
        if labels:
            return rng.integers(0, shape[0], shape[1:])
        y = rng.random(shape)
        return y / y.sum(axis=0)
    return rng.random(shape)


KINDS = [SquaredError, Huber, SoftmaxCrossEntropy, BinaryCrossEntropy]


@pytest.mark.parametrize("shape", [(5, 4), (5, 3, 4)])
@pytest.mark.parametrize("labels", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_gradients(kind, labels, shape):
    rng = np.random.default_rng(0)
    outputs = 2 * rng.normal(size=shape)
    assert check_loss(_loss(kind), outputs, _targets(kind, shape, rng, labels)) < 1e-6


@pytest.mark.parametrize("kind", KINDS)
def test_columns_of_transposed_rows_are_the_same(kind):
    rng = np.random.default_rng(0)
    outputs, targets = rng.normal(size=(5, 4)), _targets(kind, (5, 4), rng)
    first, second = _loss(kind), _loss(kind)
    assert first.forward(outputs, targets) == pytest.approx(
        second.forward(np.asfortranarray(outputs), np.asfortranarray(targets)), rel=1e-14
    )
    np.testing.assert_allclose(first.backward(), second.backward(), rtol=1e-13)


@given(st.sampled_from(KINDS), st.integers(1, 5), st.integers(1, 6), st.booleans())
def test_losses_and_their_derivatives_are_averages(kind, features, count, labels):
    rng = np.random.default_rng(features)
    outputs = rng.normal(size=(features, count))
    targets = _targets(kind, outputs.shape, rng, labels)
    loss, twice = _loss(kind), _loss(kind)
    value = loss.forward(outputs, targets)
    double = np.concatenate([targets, targets], axis=-1)
    assert twice.forward(np.tile(outputs, 2), double) == pytest.approx(value)
    np.testing.assert_allclose(2 * twice.backward()[:, :count], loss.backward(), atol=1e-15)


@pytest.mark.parametrize("labels", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_a_derivative_may_be_asked_for_twice(kind, labels):
    rng, loss = np.random.default_rng(0), _loss(kind)
    loss.forward(rng.normal(size=(5, 4)), _targets(kind, (5, 4), rng, labels))
    first = loss.backward().copy()
    assert np.array_equal(loss.backward(), first)


def test_squared_error_is_one_half_of_the_sum_over_features():
    outputs = np.array([[1.0, 0.0], [2.0, 0.0]])
    assert _loss(SquaredError).forward(outputs, np.zeros((2, 2))) == (0.5 * 5 + 0) / 2


def test_huber_is_squared_near_and_linear_far():
    loss = _loss(Huber, 2.0)
    assert loss.forward(np.array([[1.0, 5.0]]), np.zeros((1, 2))) == (0.5 + (2 * 5 - 2)) / 2
    assert loss.backward().tolist() == [[0.5, 1.0]]
    with pytest.raises(ValueError, match="threshold"):
        Huber(0)


def test_cross_entropy_of_known_probabilities():
    p = np.array([0.7, 0.2, 0.1])
    loss = _loss(SoftmaxCrossEntropy)
    z = np.log(p)[:, None] + 5
    for k in range(3):
        assert loss.forward(z, np.array([k])) == pytest.approx(-np.log(p[k]))
        np.testing.assert_allclose(loss.backward()[:, 0], p - np.eye(3)[k])
    entropy = -(p * np.log(p)).sum()
    assert loss.forward(z, p[:, None]) == pytest.approx(entropy)


def test_binary_cross_entropy_of_known_probabilities():
    p, y = np.array([[0.9, 0.2]]), np.array([[1.0, 0.5]])
    expected = -(np.log(0.9) + 0.5 * np.log(0.2) + 0.5 * np.log(0.8)) / 2
    loss = _loss(BinaryCrossEntropy)
    assert loss.forward(np.log(p / (1 - p)), y) == pytest.approx(expected)
    np.testing.assert_allclose(loss.backward(), (p - y) / 2)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_confident_logits_overflow_nowhere(dtype):
    z = np.array([[1e4, -1e4], [-1e4, 1e4]], dtype)
    softmax, binary = (
        _loss(SoftmaxCrossEntropy, dtype=dtype),
        _loss(BinaryCrossEntropy, dtype=dtype),
    )
    assert softmax.forward(z, np.array([0, 1])) == 0
    assert softmax.forward(z, np.array([1, 0])) == 2e4
    assert binary.forward(z, np.eye(2, dtype=dtype)) == 0
    assert binary.forward(z, 1 - np.eye(2, dtype=dtype)) == 2e4
    for loss in (softmax, binary):
        assert np.isfinite(loss.backward()).all()


@pytest.mark.parametrize("kind", KINDS)
def test_shapes_that_do_not_fit_are_refused(kind):
    """Broadcasting would give a number, the wrong one."""
    with pytest.raises(ValueError, match="shape"):
        _loss(kind).forward(np.zeros((3, 4)), np.zeros((3, 1)))


def test_wrong_classes_are_refused():
    loss, z = _loss(SoftmaxCrossEntropy), np.zeros((3, 2))
    for labels in ([0, 3], [-1, 0]):
        with pytest.raises(ValueError, match="0 to 2"):
            loss.forward(z, np.array(labels))
    with pytest.raises(ValueError, match="2 columns of logits, but 1 classes"):
        loss.forward(z, np.array([1]))
