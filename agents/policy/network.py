"""The network: look-ups of pairs of cells, then dense layers to four logits and a value.

Letters in shapes: N boards, G groups of four cells, W features per group, F = G * W.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from agents.policy import kernels
from networks.arrays import Array
from networks.initializers import Initializer, he_normal, normal, orthogonal, zeros
from networks.layers import Dense, Layer, Module, Parameter, ReLU, Weights, allocate

TILES = 16
"""Tiles that a cell can hold, the empty one included: those above 32768 are read as 32768."""
PAIRS = 4
"""Look-ups per group."""


def _groups() -> list[list[tuple[int, int]]]:
    """The pairs of cells of each row, column and square, all read from the first cell on."""
    lines = [[4 * r + c for c in range(4)] for r in range(4)]
    lines += [[4 * r + c for r in range(4)] for c in range(4)]
    groups = [[(a, b), (b, c), (c, d), (a, d)] for a, b, c, d in lines]
    for r in range(3):
        for c in range(3):
            a = 4 * r + c
            groups.append([(a, a + 1), (a + 4, a + 5), (a, a + 4), (a + 1, a + 5)])
    return groups


GROUPS = _groups()
SHIFTS = np.array([[4 * a, 4 * b] for group in GROUPS for a, b in group], np.uint64)


class LookUp(Layer):
    """Features of each row, column and square: relu of a sum of learned vectors, one a pair.

    y_gn = relu(b_g + sum_p w[g, p, tiles of pair p in board n]), the same as a dense layer on
    one-hot pairs, without its zeros (0 in 255 of 256 places).
    """

    def __init__(self, width: int, weights: Initializer | None = None) -> None:
        super().__init__()
        self.width = width
        self.features = len(GROUPS) * width
        rows = len(SHIFTS) * TILES**2
        self.w = Parameter((rows, width), weights or normal((2 / 3 / PAIRS) ** 0.5))
        self.b = Parameter((self.features,), zeros, decayed=False)

    def forward(self, x: Array, training: bool = False) -> Array:
        """Y [F, N] of packed boards x, uint64 [N]; in memory the features of a board together."""
        self._x = x
        self._y = self.buffer("y", (len(x), self.features))
        kernels.look_up(x, SHIFTS, self.w.value, self.b.value, self._y)
        return self._y.T

    def parameter_gradients(self, delta: Array) -> None:
        """Each row of the table collects the delta of the boards that looked it up."""
        self.w.gradient.fill(0)
        self.b.gradient.fill(0)
        rows = delta.T if delta.T.flags.c_contiguous else np.ascontiguousarray(delta.T)
        kernels.scatter(self._x, SHIFTS, self._y, rows, self.w.gradient, self.b.gradient)

    def backward(self, delta: Array) -> Array:
        """Boards, being whole numbers, have no derivative: zeros."""
        self.parameter_gradients(delta)
        return np.zeros(self._x.shape, self.dtype)


class PolicyNetwork(Module):
    """Four logits and a value for each board.

    Attributes:
        weights: parameters and gradients as vectors, for an optimizer.
    """

    weights: Weights

    def __init__(
        self,
        width: int = 40,
        hidden: Sequence[int] = (256, 128),
        seed: int = 0,
        dtype: DTypeLike = np.float32,
    ) -> None:
        super().__init__()
        self.width, self.hidden = width, tuple(hidden)
        self.first = LookUp(width)
        self.layers: list[Layer] = []
        inputs = self.first.features
        for units in hidden:
            self.layers += [Dense(inputs, units, he_normal), ReLU(in_place=True)]
            inputs = units
        self.policy = Dense(inputs, 4, orthogonal(0.01))
        self.value = Dense(inputs, 1, orthogonal(0.1))
        self.weights = allocate(self, seed, dtype)

    def config(self) -> dict[str, Any]:
        """The keyword arguments that build this network again."""
        return {"width": self.width, "hidden": list(self.hidden)}

    def forward(self, boards: NDArray[np.uint64]) -> tuple[Array, Array]:
        """Logits [4, N] and values [N]; the network's own memory, valid until the next call."""
        x = self.first.forward(boards)
        for layer in self.layers:
            x = layer.forward(x)
        return self.policy.forward(x), self.value.forward(x)[0]

    def gradients(self, logits: Array, values: Array) -> None:
        """Sets all gradients from the loss's derivatives by the outputs, [4, N] and [N]."""
        delta = self.policy.backward(logits)
        delta += self.value.backward(values[np.newaxis])
        for layer in reversed(self.layers):
            delta = layer.backward(delta)
        self.first.parameter_gradients(delta)

    def replica(self) -> "PolicyNetwork":
        """A network with the same weights in the same memory, and gradients of its own."""
        twin = PolicyNetwork(self.width, self.hidden, dtype=self.dtype)
        mine = self.parameters_by_name()
        for name, parameter in twin.parameters_by_name().items():
            parameter.value = mine[name].value
        twin.weights.values = self.weights.values
        return twin
