"""The checker itself."""

import numpy as np
import pytest

from networks.gradcheck import check_gradients, numerical_gradient, relative_error, repeatable
from networks.layers import Dense, allocate


def test_central_differences_of_a_known_function():
    array = np.array([[1.0, 2.0], [3.0, 4.0]])
    before = array.copy()
    found = numerical_gradient(lambda: float((array**3).sum()), array, np.array([0, 3]))
    np.testing.assert_allclose(found, [3, 48], rtol=1e-8)
    assert np.array_equal(array, before)


def test_relative_error():
    assert relative_error(np.zeros(3), np.zeros(3)) == 0
    assert relative_error(np.ones(3), np.ones(3)) == 0
    assert relative_error(np.ones(1), 1.01 * np.ones(1)) == pytest.approx(0.01 / 2.01)
    assert relative_error(np.ones(3), np.zeros(3)) == 1


def test_a_wrong_gradient_is_named():
    layer = Dense(3, 2)
    allocate(layer, 0, np.float64)
    x = np.random.default_rng(0).normal(size=(3, 4))

    def half_the_square():
        return 0.5 * float((layer.forward(x) ** 2).sum())

    half_the_square()
    layer.backward(layer.forward(x).copy())
    layer.b.gradient *= 2
    errors = check_gradients(layer, half_the_square)
    assert errors["w"] < 1e-8
    assert errors["b"] == pytest.approx(1 / 3, rel=1e-6)


def test_repeatable_functions_draw_the_same():
    layer = Dense(1, 1)
    allocate(layer, 0, np.float64)
    draw = repeatable(layer, lambda: float(layer.rng.normal()))
    assert draw() == draw()
