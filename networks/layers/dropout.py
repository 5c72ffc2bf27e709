"""Dropout."""

import numpy as np

from networks.arrays import Array
from networks.layers.base import Layer


class Dropout(Layer):
    """Sets each element to 0 with probability p while training (Srivastava et al. 2014).

    What is kept is divided by 1 - p, so that the expectation stays and evaluation needs no change:

        a = m x,  m = 0 with probability p, else 1 / (1 - p)        dC/dx = m delta
    """

    def __init__(self, probability: float) -> None:
        super().__init__()
        if not 0 <= probability < 1:
            raise ValueError(f"a dropout probability is at least 0 and below 1, not {probability}")
        self.probability = probability

    def forward(self, x: Array, training: bool = False) -> Array:
        """X with holes while training, else x itself."""
        self._mask = None
        if not training or self.probability == 0:
            return x
        self._mask = mask = self.like("mask", x)
        self.rng.random(out=mask.ravel(order="K"), dtype=self.dtype)  # a view
        np.greater_equal(mask, self.probability, out=mask)
        mask *= 1 / (1 - self.probability)
        return np.multiply(x, mask, out=self.like("a", x))

    def backward(self, delta: Array) -> Array:
        """Delta with the same holes."""
        if self._mask is None:
            return delta
        return np.multiply(delta, self._mask, out=self.like("dx", delta))
