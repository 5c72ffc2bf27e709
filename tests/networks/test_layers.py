"""Each layer: its gradients, its values where they are known, and what it refuses."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from networks import layers as nn
from networks.gradcheck import check_layer
from networks.initializers import normal
from networks.losses import SquaredError

LIMIT = 1e-6


def _allocated(layer, dtype=np.float64, seed=1):
    nn.allocate(layer, seed, dtype)
    return layer


def _random(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


LAYERS = {
    "dense": lambda: nn.Dense(5, 4),
    "dense without bias": lambda: nn.Dense(5, 4, bias=False),
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "relu": nn.ReLU,
    "leaky relu": lambda: nn.LeakyReLU(0.2),
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "softmax": nn.Softmax,
    "dropout": lambda: nn.Dropout(0.4),
    "layer norm": lambda: nn.LayerNorm(5),
    "batch norm": lambda: nn.BatchNorm(5),
    "sequential": lambda: nn.Sequential(
        nn.Dense(5, 6), nn.LayerNorm(6), nn.GELU(), nn.Dropout(0.2), nn.Dense(6, 3), nn.Softmax()
    ),
}


def test_every_layer_is_tested():
    """Embedding, which takes whole numbers, has tests of its own below."""
    every = {
        kind
        for kind in map(vars(nn).get, nn.__all__)
        if isinstance(kind, type) and issubclass(kind, nn.Layer) and kind is not nn.Layer
    }
    assert {type(make()) for make in LAYERS.values()} == every - {nn.Embedding}


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("shape", [(5, 7), (5, 3, 4), (5, 2, 3, 2)])
@pytest.mark.parametrize("name", LAYERS)
def test_gradients(name, shape, training):
    layer = _allocated(LAYERS[name]())
    for parameter in layer.parameters_by_name().values():  # gains of 1 and biases of 0 hide errors
        parameter.value += 0.3 * _random(*parameter.shape, seed=2)
    if name == "batch norm" and not training:
        layer.forward(_random(*shape, seed=3), training=True)
    errors = check_layer(layer, _random(*shape), training)
    assert "x" in errors
    assert max(errors.values()) < LIMIT, errors


@pytest.mark.parametrize("name", [name for name in LAYERS if name != "dropout"])
def test_memory_order_does_not_matter(name):
    """Rows of data arrive as columns by a transposed view. (Dropout draws in memory order.)"""
    layer = _allocated(LAYERS[name]())
    x, results = _random(5, 7), []
    for array in (x, np.asfortranarray(x)):
        layer.set_rng(np.random.default_rng(5))
        y = layer.forward(array, training=True).copy()
        dx = layer.backward(_random(*y.shape, seed=4)).copy()
        results.append([y, dx, *(p.gradient.copy() for p in layer.parameters_by_name().values())])
    for first, second in zip(*results, strict=True):
        np.testing.assert_allclose(first, second, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", LAYERS)
def test_a_gradient_without_the_inputs_is_the_same(name):
    layer = _allocated(LAYERS[name]())
    y = layer.forward(_random(5, 7))
    layer.backward(np.ones_like(y))
    full = [p.gradient.copy() for p in layer.parameters_by_name().values()]
    for parameter in layer.parameters_by_name().values():
        parameter.gradient.fill(np.nan)
    layer.parameter_gradients(np.ones_like(y))
    for before, parameter in zip(full, layer.parameters_by_name().values(), strict=True):
        assert np.array_equal(before, parameter.gradient)


@pytest.mark.parametrize("name", LAYERS)
def test_buffers_are_reused_and_grow(name):
    """Same answers whatever sizes came before; the same memory at the same size."""
    layer, fresh = _allocated(LAYERS[name]()), _allocated(LAYERS[name]())
    for count in (7, 3, 9, 7):
        x = _random(5, count, seed=count)
        one = layer.forward(x)
        layer.backward(np.ones_like(one))
        expected = _allocated(fresh).forward(x)
        assert np.array_equal(one, expected)
    if one is not x:
        assert layer.forward(x).ctypes.data == one.ctypes.data


def test_embedding_looks_up_and_collects():
    layer = _allocated(nn.Embedding(6, 3))
    ids = np.array([[0, 5, 0], [2, 2, 0]])
    y = layer.forward(ids)
    assert y.shape == (3, 2, 3)
    for place in np.ndindex(2, 3):
        assert np.array_equal(y[(slice(None), *place)], layer.w.value[ids[place]])
    assert max(check_layer(layer, ids).values()) < LIMIT
    assert np.array_equal(layer.backward(np.ones_like(y)), np.zeros((2, 3)))
    assert layer.w.gradient.sum(axis=1).tolist() == [9, 0, 6, 0, 0, 3]


@pytest.mark.parametrize("dtype", [np.uint8, np.int64])
def test_embedding_is_a_dense_layer_on_one_hot_inputs(dtype):
    rng = np.random.default_rng(0)
    ids = rng.integers(0, 256, 400).astype(dtype)
    embedding, dense = _allocated(nn.Embedding(256, 8)), _allocated(nn.Dense(256, 8, bias=False))
    dense.w.value[...] = embedding.w.value.T
    one_hot = np.eye(256)[ids].T.copy()
    np.testing.assert_allclose(embedding.forward(ids), dense.forward(one_hot), rtol=1e-13)
    delta = rng.normal(size=(8, 400))
    embedding.backward(delta)
    dense.backward(delta)
    np.testing.assert_allclose(embedding.w.gradient, dense.w.gradient.T, atol=1e-12)


@pytest.mark.parametrize("ids", [[-1, 0], [0, 6]])
def test_embedding_refuses_unknown_symbols(ids):
    with pytest.raises(ValueError, match="looks up 0 to 5"):
        _allocated(nn.Embedding(6, 3)).forward(np.array(ids))


def test_embedding_refuses_fractions_and_takes_none():
    layer = _allocated(nn.Embedding(6, 3))
    with pytest.raises(ValueError, match="whole numbers"):
        layer.forward(np.array([0.5]))
    assert layer.backward(layer.forward(np.zeros(0, int))).shape == (0,)


def test_softmax_has_the_whole_jacobian():
    """Not only its diagonal: what every output adds to every input."""
    layer = _allocated(nn.Softmax())
    x = _random(4, 1)
    a = layer.forward(x)[:, 0].copy()
    jacobian = np.stack([layer.backward(row[:, None])[:, 0].copy() for row in np.eye(4)])
    np.testing.assert_allclose(jacobian, np.diag(a) - np.outer(a, a), atol=1e-15)


@pytest.mark.parametrize("layer", [nn.Sigmoid, nn.Tanh, nn.Softmax, nn.GELU, nn.SiLU])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extreme_inputs_overflow_nowhere(layer, dtype):
    x = np.array([[-1e4, 0, 1e4], [1e4, 0, -1e4]], dtype)
    layer = _allocated(layer(), dtype)
    y = layer.forward(x)
    assert np.isfinite(y).all()
    assert np.isfinite(layer.backward(np.ones_like(y))).all()


def test_small_probabilities_are_exact():
    layer = _allocated(nn.Sigmoid(), np.float32)
    x = np.array([[-40, -80]], np.float32)
    np.testing.assert_allclose(layer.forward(x), np.exp(x.astype(float)), rtol=1e-5)


def test_dropout_keeps_the_expectation():
    layer = _allocated(nn.Dropout(0.25), np.float32)
    x = np.ones((100, 1000), np.float32)
    y = layer.forward(x, training=True)
    assert set(np.unique(y)) == {np.float32(0), np.float32(1 / 0.75)}
    assert y.mean() == pytest.approx(1, abs=0.01)
    assert (y == 0).mean() == pytest.approx(0.25, abs=0.01)
    assert np.array_equal(layer.backward(x), y)
    assert np.array_equal(layer.forward(x), x)


@given(st.integers(1, 6), st.integers(2, 9), st.floats(-50, 50), st.floats(0.1, 50))
def test_normalizations_undo_shift_and_scale(features, count, shift, scale):
    x = np.random.default_rng(features).normal(size=(features, count))
    layer = _allocated(nn.BatchNorm(features, epsilon=1e-12))
    y = layer.forward(x, training=True).copy()
    np.testing.assert_allclose(y.mean(axis=1), 0, atol=1e-9)
    np.testing.assert_allclose(y.std(axis=1), 1, rtol=1e-6)
    np.testing.assert_allclose(layer.forward(scale * x + shift, training=True), y, atol=1e-6)


def test_layer_norm_normalizes_each_example_alone():
    layer = _allocated(nn.LayerNorm(6))
    x = _random(6, 4)
    y = layer.forward(x).copy()
    np.testing.assert_allclose(y.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(y[:, :1], layer.forward(x[:, :1].copy()), rtol=1e-12)


def test_batch_norm_remembers_mean_and_variance():
    layer = _allocated(nn.BatchNorm(3, momentum=0.5))
    x = 3 + 2 * _random(3, 500)
    for _ in range(30):
        layer.forward(x, training=True)
    np.testing.assert_allclose(layer.mean[:, 0], x.mean(axis=1), rtol=1e-6)
    np.testing.assert_allclose(layer.variance[:, 0], x.var(axis=1, ddof=1), rtol=1e-6)
    assert np.abs(layer.forward(x).mean(axis=1)).max() < 1e-6
    with pytest.raises(ValueError, match="two examples"):
        layer.forward(x[:, :1], training=True)


def test_parameters_are_views_of_one_vector():
    network = nn.Sequential(nn.Dense(3, 4), nn.LayerNorm(4), nn.Dense(4, 2))
    weights = nn.allocate(network, 0)
    names = network.parameters_by_name()
    assert list(names) == ["0.w", "0.b", "1.gain", "1.bias", "2.w", "2.b"]
    for parameter in names.values():
        for view, vector in (
            (parameter.value, weights.values),
            (parameter.gradient, weights.gradients),
        ):
            assert np.shares_memory(view, vector)
            assert view.ctypes.data % 64 == 0
            assert view.dtype == np.float32
    weights.values[:] = 1
    weights.values[: weights.decayed] = 0
    for name, parameter in names.items():
        assert parameter.decayed == name.endswith(".w") == (not parameter.value.any())


def test_equal_seeds_give_equal_weights_in_both_precisions():
    single, double = (nn.Dense(30, 20) for _ in range(2))
    nn.allocate(single, 3, np.float32)
    nn.allocate(double, 3, np.float64)
    assert np.array_equal(single.w.value, double.w.value.astype(np.float32))


def test_a_layer_in_two_places_is_refused():
    """Its second backward would overwrite the gradients of the first."""
    shared = nn.Dense(3, 3)
    with pytest.raises(ValueError, match=r"already stands elsewhere"):
        nn.allocate(nn.Sequential(shared, nn.ReLU(), shared))


def test_mistakes_are_named():
    layer = nn.Dense(3, 2)
    with pytest.raises(AttributeError, match="allocate"):
        layer.w.value  # noqa: B018
    with pytest.raises(AttributeError, match=r"ReLU has no dtype before .*allocate"):
        nn.ReLU().forward(np.zeros((3, 2)))
    _allocated(layer, np.float32)
    with pytest.raises(ValueError, match=r"float32 \[3, ..., N\], not float64 \[3, 5\]"):
        layer.forward(np.zeros((3, 5)))
    with pytest.raises(ValueError, match=r"not float32 \[5, 3\]"):
        layer.forward(np.zeros((5, 3), np.float32))
    with pytest.raises(ValueError, match="float32 or float64"):
        nn.allocate(layer, 0, np.float16)
    for wrong in (lambda: nn.Dropout(1.0), lambda: nn.LeakyReLU(-1), nn.Sequential):
        with pytest.raises(ValueError, match=r"must|is at least|needs"):
            wrong()


def test_arrays_go_only_into_the_same_architecture():
    one, other = nn.Dense(3, 2), nn.Dense(3, 2, bias=False)
    nn.allocate(one)
    nn.allocate(other)
    before = one.w.value.copy()
    with pytest.raises(ValueError, match="b is in only one"):
        nn.set_arrays(one, nn.named_arrays(other))
    with pytest.raises(ValueError, match="w has shape"):
        nn.set_arrays(one, {"w": np.zeros((2, 4)), "b": np.zeros((2, 1))})
    assert np.array_equal(one.w.value, before)
    nn.set_arrays(one, {"w": np.ones((2, 3)), "b": np.ones((2, 1))})
    assert one.w.value.sum() == 6


def test_checking_finds_a_wrong_gradient():
    """The checker can fail: a softmax whose Jacobian is taken as diagonal."""

    class Diagonal(nn.Softmax):
        def backward(self, delta):
            return delta * self._a * (1 - self._a)

    assert check_layer(_allocated(Diagonal()), _random(4, 3))["x"] > 0.01
    with pytest.raises(ValueError, match="float64"):
        check_layer(_allocated(nn.Dense(2, 2), np.float32), np.zeros((2, 2), np.float32))


@given(st.integers(1, 4), st.integers(1, 5), st.integers(1, 6), st.integers(0, 99))
def test_repeating_the_batch_changes_no_gradient(inputs, outputs, count, seed):
    """Gradients are averages over the batch, not sums."""
    layer = nn.Sequential(nn.Dense(inputs, outputs, normal(1.0)), nn.Tanh(), nn.Dense(outputs, 2))
    weights, loss = nn.allocate(layer, seed, np.float64), SquaredError()
    nn.allocate(loss, 0, np.float64)
    x, y = _random(inputs, count, seed=seed), _random(2, count, seed=seed + 1)
    values = []
    for times in (1, 2, 5):
        value = loss.forward(layer.forward(np.tile(x, times)), np.tile(y, times))
        layer.backward(loss.backward())
        values.append(np.append(weights.gradients, value))
    np.testing.assert_allclose(values[1], values[0], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(values[2], values[0], rtol=1e-9, atol=1e-12)
