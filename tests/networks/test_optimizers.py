"""Optimizers against their formulas written out, schedules, clipping."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from networks import optimizers as opt
from networks import schedules
from networks.clipping import clip_gradients
from networks.layers import Dense, allocate
from networks.layers.weights import Weights

KINDS = {
    "sgd": lambda **kw: opt.SGD(0.1, **kw),
    "momentum": lambda **kw: opt.Momentum(0.1, 0.8, **kw),
    "nesterov": lambda **kw: opt.Nesterov(0.1, 0.8, **kw),
    "rmsprop": lambda **kw: opt.RMSProp(0.01, **kw),
    "adam": lambda **kw: opt.Adam(0.01, **kw),
    "adamw": lambda **kw: opt.AdamW(0.01, **kw),
}


def _formula(name, w, gradients, decay):
    """The textbook's lines, one weight vector at a time."""
    m = v = np.zeros_like(w)
    for t, g in enumerate(gradients, 1):
        if decay and name == "adamw":
            w = w - 0.01 * decay * w
        elif decay:
            g = g + decay * w
        if name == "sgd":
            w = w - 0.1 * g
        elif name in ("momentum", "nesterov"):
            m = 0.8 * m + g
            w = w - 0.1 * (m if name == "momentum" else g + 0.8 * m)
        elif name == "rmsprop":
            v = 0.99 * v + 0.01 * g**2
            w = w - 0.01 * g / (np.sqrt(v) + 1e-8)
        else:
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
            w = w - 0.01 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return w


@pytest.mark.parametrize("decay", [0.0, 0.1])
@pytest.mark.parametrize("name", KINDS)
def test_formulas(name, decay, monkeypatch):
    """Also across the borders of pieces and of what decays."""
    monkeypatch.setattr(opt, "PIECE", 7)
    rng = np.random.default_rng(0)
    start, gradients = rng.normal(size=40), rng.normal(size=(5, 40))
    gradients[:, 3] = 0  # a weight that no example uses stays where it is, and finite
    weights = Weights(start.copy(), np.empty(40), decayed=24)
    optimizer = KINDS[name](weight_decay=decay)
    for gradient in gradients:
        weights.gradients[:] = gradient
        optimizer.step(weights)
        assert np.array_equal(weights.gradients, gradient)
    expected = np.append(
        _formula(name, start[:24], gradients[:, :24], decay),
        _formula(name, start[24:], gradients[:, 24:], 0),
    )
    np.testing.assert_allclose(weights.values, expected, rtol=1e-12)
    assert optimizer.steps == 5


@pytest.mark.parametrize("name", KINDS)
def test_each_finds_the_bottom_of_a_valley(name):
    """A quadratic 30 times as steep one way as the other."""
    steepness = np.array([30.0, 1.0])
    weights = Weights(np.array([1.0, 1.0]), np.empty(2), 2)
    optimizer = KINDS[name]()
    optimizer.schedule = schedules.Cosine(0.03, 500)
    for _ in range(500):
        weights.gradients[:] = steepness * weights.values
        optimizer.step(weights)
    assert np.abs(weights.values).max() < 1e-3


@pytest.mark.parametrize("name", KINDS)
def test_a_restored_optimizer_goes_on_exactly(name):
    rng = np.random.default_rng(0)
    gradients = rng.normal(size=(6, 10)).astype(np.float32)

    def steps(weights, optimizer, part):
        for gradient in part:
            weights.gradients[:] = gradient
            optimizer.step(weights)

    through = Weights(np.ones(10, np.float32), np.empty(10, np.float32), 10)
    steps(through, KINDS[name](), gradients)
    halved = Weights(np.ones(10, np.float32), np.empty(10, np.float32), 10)
    first, second = KINDS[name](), KINDS[name]()
    steps(halved, first, gradients[:3])
    second.restore(first.steps, first.state.copy())
    steps(halved, second, gradients[3:])
    assert np.array_equal(through.values, halved.values)


def test_a_state_of_another_size_is_refused():
    optimizer = opt.Adam()
    optimizer.restore(3, np.zeros((2, 5)))
    with pytest.raises(ValueError, match="this network needs"):
        optimizer.step(Weights(np.zeros(4), np.zeros(4), 4))


def test_biases_do_not_decay():
    layer = Dense(20, 30)
    weights = allocate(layer, 0)
    layer.b.value[:] = 1
    before = layer.w.value.copy()
    opt.AdamW(0.1, weight_decay=0.5).step(weights)
    np.testing.assert_allclose(layer.w.value, 0.95 * before, rtol=1e-6)
    assert (layer.b.value == 1).all()


@given(st.floats(0.1, 10), st.integers(1, 50))
def test_clipping_keeps_the_direction(limit, size):
    gradients = np.random.default_rng(size).normal(size=size)
    before = gradients.copy()
    norm = clip_gradients(gradients, limit)
    assert norm == pytest.approx(np.linalg.norm(before))
    assert np.linalg.norm(gradients) == pytest.approx(min(norm, limit))
    np.testing.assert_allclose(gradients * norm, before * np.linalg.norm(gradients), rtol=1e-9)


def test_an_optimizer_clips():
    weights = Weights(np.zeros(2), np.array([30.0, 40.0]), 2)
    opt.SGD(1.0, clip=5.0).step(weights)
    np.testing.assert_allclose(weights.values, [-3, -4])


@pytest.mark.parametrize("wrong", [{"weight_decay": -1}, {"clip": 0}])
def test_settings_out_of_range(wrong):
    with pytest.raises(ValueError, match="must be 0 or more"):
        opt.SGD(0.1, **wrong)


def test_schedules():
    assert [schedules.Constant(2.0)(t) for t in (0, 99)] == [2, 2]
    steps = schedules.StepDecay(1.0, 10, 0.5)
    assert [steps(t) for t in (0, 9, 10, 25)] == [1, 1, 0.5, 0.25]
    linear = schedules.Linear(1.0, 10, 0.2)
    np.testing.assert_allclose([linear(t) for t in (0, 5, 10, 99)], [1, 0.6, 0.2, 0.2])
    cosine = schedules.Cosine(1.0, 14, warm_up=4, end=0.1)
    np.testing.assert_allclose(
        [cosine(t) for t in (0, 3, 4, 9, 14, 99)], [0.25, 1, 1, 0.55, 0.1, 0.1]
    )
    with pytest.raises(ValueError, match="warm_up"):
        schedules.Cosine(1.0, 10, warm_up=10)


@given(st.integers(0, 9), st.integers(10, 30))
def test_a_cosine_rises_then_falls(warm_up, steps):
    rates = [schedules.Cosine(1.0, steps, warm_up)(t) for t in range(steps + 1)]
    top = max(0, warm_up - 1)
    assert (np.diff(rates[: top + 1]) > 0).all()
    assert (np.diff(rates[top:]) <= 0).all()
    assert max(rates) == 1
    assert rates[-1] == pytest.approx(0)


def test_an_optimizer_follows_its_schedule():
    weights = Weights(np.zeros(1), np.ones(1), 1)
    optimizer = opt.SGD(schedules.Linear(1.0, 4))
    moved = []
    for _ in range(5):
        before = weights.values.copy()
        optimizer.step(weights)
        moved.append(float((before - weights.values)[0]))
    np.testing.assert_allclose(moved, [1, 0.75, 0.5, 0.25, 0])
    assert optimizer.rate == 0


@pytest.mark.parametrize("name", ["momentum", "nesterov", "rmsprop", "adam", "adamw"])
def test_dead_weights_leave_no_denormal_numbers(name):
    """They would slow every later step down tenfold."""
    weights = Weights(np.ones(8, np.float32), np.ones(8, np.float32), 8)
    optimizer = KINDS[name]()
    optimizer.step(weights)
    weights.gradients[:4] = 0
    for _ in range(1199):
        optimizer.step(weights)
    tiny = np.finfo(np.float32).tiny
    for row in optimizer.state:
        assert ((row == 0) | (np.abs(row) >= tiny)).all()
    assert (optimizer.state[0, 4:] > 0.1).all()
    if name != "rmsprop":
        assert (optimizer.state[0, :4] == 0).all()
