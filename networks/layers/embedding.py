"""Learned vectors, looked up by number."""

import numpy as np

from networks.arrays import Array
from networks.initializers import Initializer, normal
from networks.layers.base import Layer, Parameter


class Embedding(Layer):
    """A vector of F features for each of V symbols: a dense layer on one-hot inputs, without zeros.

    y_fn = w[x_n, f], with w [V, F] and numbers x [..., N]. A row of w collects the delta of every
    place that looked it up, and x, being whole numbers, has no derivative (0 is returned):

        dC/dw[v, f] = sum over n with x_n = v of delta_fn
    """

    def __init__(self, symbols: int, features: int, weights: Initializer | None = None) -> None:
        super().__init__()
        self.symbols, self.features = symbols, features
        self.w = Parameter((symbols, features), weights or normal(1.0))

    def forward(self, x: Array, training: bool = False) -> Array:
        """Y [F, ..., N] of whole numbers x [..., N], which must be 0 to V - 1.

        In memory the features of one place lie together: y is a view of [..., N, F].
        """
        if x.dtype.kind not in "iu":
            raise ValueError(f"an embedding looks up whole numbers, not {x.dtype}")
        if x.size and (x.min() < 0 or x.max() >= self.symbols):
            raise ValueError(
                f"an embedding of {self.symbols} symbols looks up 0 to {self.symbols - 1}, "
                f"not {x.min()} to {x.max()}"
            )
        self._x = x
        out = self.buffer("y", (*x.shape, self.features))
        np.take(self.w.value, x, axis=0, out=out, mode="clip")  # "raise" would buffer
        return np.moveaxis(out, -1, 0)

    def parameter_gradients(self, delta: Array) -> None:
        """Sums the columns of each symbol: sorted by symbol they are neighbours."""
        symbols = self._x.ravel()
        self.w.gradient.fill(0)
        if not symbols.size:
            return
        order = np.argsort(symbols, kind="stable")
        symbols = symbols[order]
        starts = np.flatnonzero(np.concatenate([[True], symbols[1:] != symbols[:-1]]))
        rows = np.moveaxis(delta, 0, -1).reshape(-1, self.features)
        self.w.gradient[symbols[starts]] = np.add.reduceat(rows[order], starts, axis=0)

    def backward(self, delta: Array) -> Array:
        """Zeros in the shape of x."""
        self.parameter_gradients(delta)
        return np.zeros(self._x.shape, self.dtype)
