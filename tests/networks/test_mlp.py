"""The multilayer perceptron: gradients, learning, files."""

import copy
import itertools
import pickle

import numpy as np
import pytest

from networks.checkpoint import CheckpointError, write_tensors
from networks.gradcheck import check_model
from networks.models import MLP
from networks.models.mlp import ACTIVATIONS, LOSSES, one_hot
from networks.optimizers import SGD, Adam
from networks.training import Minibatches, Trainer, TrainingConfig


def _batch(output, count=6, inputs=5, outputs=3, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(count, inputs))
    return x, rng.normal(size=(count, outputs)) if output == "linear" else rng.integers(
        0, outputs, count
    )


@pytest.mark.parametrize("dropout", [0.0, 0.3])
@pytest.mark.parametrize(("output", "loss"), LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradients(activation, output, loss, dropout):
    mlp = MLP(
        [5, 7, 4, 3], activation=activation, output=output, loss=loss, dropout=dropout,
        dtype=np.float64,
    )  # fmt: skip
    mlp.weights.values += 0.1 * np.random.default_rng(1).normal(size=mlp.weights.values.size)
    x, y = _batch(output)
    errors = check_model(mlp, lambda: mlp.loss_and_gradients(x, y))
    assert len(errors) == 6
    assert max(errors.values()) < 1e-6, errors


@pytest.mark.parametrize(("output", "loss"), LOSSES)
def test_repeating_the_batch_changes_nothing(output, loss):
    mlp = MLP([5, 7, 3], output=output, loss=loss, dtype=np.float64)
    x, y = _batch(output)
    one = mlp.loss_and_gradients(x, y)
    gradients = mlp.weights.gradients.copy()
    assert mlp.loss_and_gradients(np.repeat(x, 3, axis=0), np.repeat(y, 3, axis=0)) == (
        pytest.approx(one)
    )
    np.testing.assert_allclose(mlp.weights.gradients, gradients, rtol=1e-10, atol=1e-15)


def test_it_is_nielsens_network():
    """Chapter 1: sigmoid units under the quadratic cost, written out for one example."""
    mlp = MLP([2, 3, 2], activation="sigmoid", output="sigmoid", loss="squared-error",
              dtype=np.float64)  # fmt: skip
    names = mlp.parameters_by_name()
    w1, b1, w2, b2 = (names[f"network.{name}"] for name in ("0.w", "0.b", "2.w", "2.b"))
    x, y = np.array([0.3, -0.8]), np.array([1.0, 0.0])
    sigmoid = lambda z: 1 / (1 + np.exp(-z))  # noqa: E731
    a1 = sigmoid(w1.value @ x + b1.value[:, 0])
    a2 = sigmoid(w2.value @ a1 + b2.value[:, 0])
    assert mlp.loss_and_gradients(x[None], y[None]) == pytest.approx(((a2 - y) ** 2).sum() / 2)
    np.testing.assert_allclose(mlp.predict(x[None])[0], a2)
    delta2 = (a2 - y) * a2 * (1 - a2)  # BP1
    delta1 = (w2.value.T @ delta2) * a1 * (1 - a1)  # BP2
    np.testing.assert_allclose(b2.gradient[:, 0], delta2)  # BP3
    np.testing.assert_allclose(w2.gradient, np.outer(delta2, a1))  # BP4
    np.testing.assert_allclose(b1.gradient[:, 0], delta1)
    np.testing.assert_allclose(w1.gradient, np.outer(delta1, x))


@pytest.mark.parametrize("output", ["softmax", "sigmoid"])
def test_it_learns_xor(output):
    x = np.array(list(itertools.product([0, 1], repeat=2)), np.float32)
    y = np.array([0, 1, 1, 0])
    mlp = MLP([2, 8, 2], activation="tanh", output=output)
    assert mlp.metrics(x, y)["accuracy"] < 1
    Trainer(mlp, Adam(0.03), TrainingConfig(epochs=300)).fit(Minibatches((x, y), 4))
    assert mlp.metrics(x, y) == {"loss": pytest.approx(0, abs=0.05), "accuracy": 1}
    assert mlp.predict(x)[range(4), y].min() > 0.9
    assert mlp.classify(x).tolist() == y.tolist()


def _spirals(count, seed):
    """Two arms that wind around each other one and a half times."""
    rng = np.random.default_rng(seed)
    y = np.arange(count) % 2
    radius = rng.uniform(0.1, 1, count)
    angle = 3 * np.pi * radius + np.pi * y
    x = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return (x + rng.normal(0, 0.01, x.shape)).astype(np.float32), y


def test_it_learns_two_spirals():
    """Which no straight line parts: a network without hidden layer stays near one half."""
    train, test = _spirals(600, 0), _spirals(400, 1)

    def accuracy(sizes):
        mlp = MLP(sizes)
        Trainer(mlp, Adam(0.01), TrainingConfig(epochs=80)).fit(Minibatches(train, 32))
        return mlp.metrics(*test)["accuracy"]

    assert accuracy([2, 40, 40, 2]) > 0.97
    assert accuracy([2, 2]) < 0.75


def test_it_learns_a_curve():
    x = np.linspace(-2, 2, 64, dtype=np.float32)[:, None]
    y = np.sin(2 * x)
    for loss in ("squared-error", "huber"):
        mlp = MLP([1, 32, 1], activation="gelu", output="linear", loss=loss)
        Trainer(mlp, Adam(0.02), TrainingConfig(epochs=200)).fit(Minibatches((x, y), 16))
        assert np.abs(mlp.predict(x) - y).mean() < 0.1


def test_files_keep_everything(tmp_path):
    x, y = _batch("softmax")
    mlp = MLP([5, 7, 3], activation="gelu", dropout=0.2, seed=4)
    mlp.loss_and_gradients(x, y)
    SGD(0.1).step(mlp.weights)
    mlp.save(tmp_path / "mlp.safetensors")
    read = MLP.load(tmp_path / "mlp.safetensors")
    assert read.config() == mlp.config()
    assert np.array_equal(read.predict(x), mlp.predict(x))


def test_other_files_are_refused(tmp_path):
    path = tmp_path / "f.safetensors"
    mlp = MLP([2, 2])
    good = {"format": "scratch2048-network", "version": 1, "model": "mlp", "config": mlp.config()}
    arrays = {"model/network.0.w": np.zeros((2, 2), np.float32)}
    for wrong, message in (
        ({"format": "x"}, "not a network"),
        ({"version": 2}, "version 2 is not known"),
        ({"model": "vae"}, "of kind vae, not mlp"),
        ({"config": {"sizes": [2]}}, "damaged"),
        ({"config": {"size": [2]}}, "damaged"),
        ({}, "damaged .*network.0.b is in only one"),
    ):
        write_tensors(path, arrays, good | wrong)
        with pytest.raises(CheckpointError, match=message):
            MLP.load(path)


def test_precision_can_be_changed():
    x, _ = _batch("softmax")
    mlp = MLP([5, 7, 3])
    single = mlp.predict(x)
    double = mlp.astype(np.float64).predict(x)
    assert (single.dtype, double.dtype) == (np.float32, np.float64)
    np.testing.assert_allclose(double, single, rtol=1e-5)


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_copies_are_whole_and_apart(duplicate, dtype):
    """Their parameters are views of a vector of their own."""
    x, y = _batch("softmax")
    mlp = MLP([5, 7, 3], seed=3, dtype=dtype)
    other = duplicate(mlp)
    before = mlp.predict(x)
    assert np.array_equal(other.predict(x), before)
    other.loss_and_gradients(x, y)
    SGD(0.5).step(other.weights)
    assert not np.allclose(other.predict(x), before)
    assert np.array_equal(mlp.predict(x), before)


def test_predictions_are_the_callers():
    x, _ = _batch("softmax")
    mlp = MLP([5, 3])
    first = mlp.predict(x)
    before = first.copy()
    mlp.predict(-x)
    assert np.array_equal(first, before)
    assert first.flags.c_contiguous


def test_mistakes_are_named():
    for arguments, message in (
        ({"sizes": [3]}, "two or more"),
        ({"sizes": [3, 0]}, "from 1 on"),
        ({"sizes": [3, 2], "activation": "step"}, "activation must be one of sigmoid, "),
        ({"sizes": [3, 2], "output": "linear"}, "no output linear with loss cross-entropy"),
    ):
        with pytest.raises(ValueError, match=message):
            MLP(**arguments)
    mlp = MLP([3, 2])
    with pytest.raises(ValueError, match=r"rows \[N, F\]"):
        mlp.predict(np.zeros(3))
    with pytest.raises(ValueError, match="0 to 1"):
        mlp.loss_and_gradients(np.zeros((2, 3)), np.array([0, 2]))
    with pytest.raises(ValueError, match="0 to 2"):
        one_hot(np.array([-1]), 3, np.float32)
