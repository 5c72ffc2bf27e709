"""Initial weights have the variance that their papers ask for."""

import numpy as np
import pytest

from networks import initializers as init


@pytest.mark.parametrize(
    ("initializer", "variance"),
    [
        (init.he_normal, 2 / 300),
        (init.he_uniform, 2 / 300),
        (init.glorot_normal, 2 / 500),
        (init.glorot_uniform, 2 / 500),
        (init.normal(0.5), 0.25),
    ],
)
def test_variance(initializer, variance):
    w = initializer(np.random.default_rng(0), (200, 300))
    assert w.shape == (200, 300)
    assert w.mean() == pytest.approx(0, abs=4 * (variance / w.size) ** 0.5)
    assert w.var() == pytest.approx(variance, rel=0.02)


def test_kernels_count_their_places():
    assert init.fans((8, 3, 5, 5)) == (75, 200)
    w = init.he_normal(np.random.default_rng(0), (64, 32, 3, 3))
    assert w.var() == pytest.approx(2 / 288, rel=0.05)


@pytest.mark.parametrize("shape", [(20, 30), (30, 20), (20, 5, 3)])
def test_orthogonal(shape):
    w = init.orthogonal(2.0)(np.random.default_rng(0), shape).reshape(shape[0], -1)
    small = w @ w.T if w.shape[0] <= w.shape[1] else w.T @ w
    np.testing.assert_allclose(small, 4 * np.eye(len(small)), atol=1e-12)


@pytest.mark.parametrize("initializer", [init.he_normal, init.glorot_uniform, init.orthogonal()])
def test_vectors_have_no_fans(initializer):
    with pytest.raises(ValueError, match="at least two axes"):
        initializer(np.random.default_rng(0), (5,))
