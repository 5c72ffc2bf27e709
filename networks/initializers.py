"""How weights begin: random, so that units differ, and of a size that keeps signals alive.

An initializer takes a generator and a shape and returns float64 values. The first axis of a weight
counts what goes out; all others together count what comes in, as in w [outputs, inputs].
"""

import math
from collections.abc import Callable

import numpy as np

from networks.arrays import Array, Shape

Initializer = Callable[[np.random.Generator, Shape], Array]


def fans(shape: Shape) -> tuple[int, int]:
    """How many inputs an output sums over, and how many outputs an input goes to.

    For a convolution [outputs, inputs, height, width] each place of the kernel counts.
    """
    if len(shape) < 2:
        raise ValueError(f"a weight has at least two axes [outputs, inputs], not shape {shape}")
    places = math.prod(shape[2:])
    return shape[1] * places, shape[0] * places


def zeros(rng: np.random.Generator, shape: Shape) -> Array:
    """All 0: biases, and the last layer of a block that should begin as nothing."""
    return np.zeros(shape)


def ones(rng: np.random.Generator, shape: Shape) -> Array:
    """All 1: the gains of a normalization."""
    return np.ones(shape)


def normal(deviation: float) -> Initializer:
    """Gaussian with mean 0 and this standard deviation."""

    def initialize(rng: np.random.Generator, shape: Shape) -> Array:
        return rng.normal(0.0, deviation, shape)

    return initialize


def he_normal(rng: np.random.Generator, shape: Shape) -> Array:
    """Variance 2 / inputs: keeps the size of signals through ReLUs (He et al. 2015, eq. 10)."""
    return rng.normal(0.0, math.sqrt(2 / fans(shape)[0]), shape)


def he_uniform(rng: np.random.Generator, shape: Shape) -> Array:
    """The same variance, uniform."""
    limit = math.sqrt(6 / fans(shape)[0])
    return rng.uniform(-limit, limit, shape)


def glorot_normal(rng: np.random.Generator, shape: Shape) -> Array:
    """Variance 2 / (inputs + outputs): for sigmoid and tanh (Glorot & Bengio 2010, eq. 12)."""
    return rng.normal(0.0, math.sqrt(2 / sum(fans(shape))), shape)


def glorot_uniform(rng: np.random.Generator, shape: Shape) -> Array:
    """The same variance, uniform (Glorot & Bengio 2010, eq. 16)."""
    limit = math.sqrt(6 / sum(fans(shape)))
    return rng.uniform(-limit, limit, shape)


def orthogonal(gain: float = 1.0) -> Initializer:
    """Rows (or columns, if those are fewer) at right angles, each of length `gain`.

    The Q of a random matrix's QR decomposition; dividing by the signs of R's diagonal makes every
    such matrix equally likely (Saxe et al. 2014; Mezzadri 2007, section 5).
    """

    def initialize(rng: np.random.Generator, shape: Shape) -> Array:
        fans(shape)  # refuses vectors
        rows, columns = shape[0], math.prod(shape[1:])
        q, r = np.linalg.qr(rng.normal(size=(max(rows, columns), min(rows, columns))))
        q = q * np.sign(np.diagonal(r))
        return gain * (q if rows >= columns else q.T).reshape(shape)

    return initialize
