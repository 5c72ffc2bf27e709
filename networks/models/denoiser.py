"""The network that finds the noise: residual blocks that are told the time and the class.

    c = silu(W_t phi(t) + E[class])                     condition, [C, N]
    h = W_in z_t                                         [H, N]
    h = h + W_2 f(W_1 norm(h) + W_c c)                   each of B blocks
    prediction = W_out norm(h)                           [F, N]

phi are sines and cosines of t from slow to fast (Vaswani et al. 2017, section 3.5). W_2 and W_out
begin as 0, so a block begins as nothing and the network as a linear map that can grow.

The gradient of a block: what arrives, delta, goes past it unchanged and through it, and of the sum
inside both terms get the same derivative. With g = f'(W_2^T delta), the derivative by the sum,

    dC/dh = delta + norm'(W_1^T g)          dC/dc = W_c^T g, summed over the blocks

Letters: N examples, F features, H hidden units, C units of the condition, K classes, D waves.
"""

import numpy as np
from numpy.typing import NDArray

from networks.arrays import Array
from networks.initializers import glorot_normal, zeros
from networks.layers import GELU, Dense, Embedding, Layer, LayerNorm, SiLU
from networks.layers.base import Module

WAVES = 32
_SLOWEST, _FASTEST = 0.5, 250.0  # half turns from time 0 to 1


def time_waves(shares: NDArray[np.floating]) -> NDArray[np.float64]:
    """Sines and cosines [2 D, N] of times as shares of T, [N]."""
    turns = np.geomspace(_SLOWEST, _FASTEST, WAVES)
    angles = np.pi * turns[:, None] * shares
    return np.concatenate([np.sin(angles), np.cos(angles)])


class ResidualBlock(Module):
    """h + W_2 f(W_1 norm(h) + W_c c): derived at the top of this file."""

    def __init__(self, hidden: int, inner: int, condition: int) -> None:
        super().__init__()
        self.norm = LayerNorm(hidden)
        self.expand = Dense(hidden, inner)
        self.condition = Dense(condition, inner, glorot_normal, bias=False)
        self.activation: Layer = GELU()
        self.contract = Dense(inner, hidden, zeros)

    def forward(self, h: Array, c: Array, training: bool = False) -> Array:
        """The next h [H, N] of h [H, N] and condition c [C, N]."""
        inner = self.expand.forward(self.norm.forward(h, training), training)
        inner += self.condition.forward(c, training)
        change = self.contract.forward(self.activation.forward(inner, training), training)
        return np.add(h, change, out=self.like("h", h))

    def backward(self, delta: Array) -> tuple[Array, Array]:
        """Sets the gradients; returns the derivatives by h [H, N] and by c [C, N]."""
        inner = self.activation.backward(self.contract.backward(delta))
        dc = self.condition.backward(inner)
        dh = self.norm.backward(self.expand.backward(inner))
        dh += delta
        return dh, dc


class Denoiser(Module):
    """Predicts noise, or velocity, of noisy examples."""

    def __init__(
        self, features: int, classes: int, hidden: int, inner: int, blocks: int, condition: int
    ) -> None:
        """Builds it; `allocate` gives it weights.

        Args:
            features: F.
            classes: K; class K means that the class is not told. 0: there are no classes.
            hidden: H.
            inner: units inside a block.
            blocks: B.
            condition: C.
        """
        super().__init__()
        self.classes = classes
        self.time = Dense(2 * WAVES, condition, glorot_normal)
        self.symbols = Embedding(classes + 1, condition)
        self.told = SiLU()
        self.enter = Dense(features, hidden, glorot_normal)
        self.blocks = [ResidualBlock(hidden, inner, condition) for _ in range(blocks)]
        self.norm = LayerNorm(hidden)
        self.leave = Dense(hidden, features, zeros)

    def forward(
        self,
        z: Array,
        shares: NDArray[np.floating],
        labels: NDArray[np.int64],
        training: bool = False,
    ) -> Array:
        """The prediction [F, N].

        Args:
            z: noisy examples [F, N].
            shares: their times as shares of T, [N].
            labels: their classes, whole numbers [N] from 0 to K.
            training: handed to the layers.
        """
        waves = time_waves(shares).astype(self.dtype)
        c = np.add(
            self.time.forward(waves, training),
            self.symbols.forward(labels, training),
            out=self.buffer("c", (self.time.outputs, z.shape[1])),
        )
        c = self.told.forward(c, training)
        h = self.enter.forward(z, training)
        for block in self.blocks:
            h = block.forward(h, c, training)
        return self.leave.forward(self.norm.forward(h, training), training)

    def parameter_gradients(self, delta: Array) -> None:
        """Sets the gradients, given the derivative of the loss by the prediction, [F, N]."""
        delta = self.norm.backward(self.leave.backward(delta))
        dc = self.buffer("dc", (self.time.outputs, delta.shape[1]))
        dc.fill(0)
        for block in reversed(self.blocks):
            delta, part = block.backward(delta)
            dc += part
        self.enter.parameter_gradients(delta)
        dc = self.told.backward(dc)
        self.time.parameter_gradients(dc)
        self.symbols.parameter_gradients(dc)
