"""The fully connected layer."""

import numpy as np

from networks.arrays import Array
from networks.initializers import Initializer, he_normal, zeros
from networks.layers.base import Layer, Parameter
from networks.products import product, tile_height

NARROW = 128
LOGITS = 16
"""Numbers of outputs up to which matrix products are faster in another memory order (measured)."""


class Dense(Layer):
    """Each output a weighted sum of all inputs.

    z = w a + b, with w [outputs, inputs], b [outputs, 1] and one column of a [inputs, N] per
    example. With delta = dC/dz [outputs, N], element by element:

        z_jn = sum_k w_jk a_kn + b_j
        dC/dw_jk = sum_n delta_jn a_kn    so  dC/dw = delta a^T    [outputs, inputs]   (BP4)
        dC/db_j  = sum_n delta_jn         so  dC/db = delta 1      [outputs, 1]        (BP3)
        dC/da_kn = sum_j w_jk delta_jn    so  dC/da = w^T delta    [inputs, N]         (BP2)

    (BP2 to BP4: Nielsen 2015, chapter 2.) The average over the batch is taken once, by the loss:
    its delta already holds the factor 1/N. Places between features and batch count as further
    examples.

    Data are kept as rows, so x is often a transposed view. A narrow layer answers in the same
    order, any other in columns.
    """

    def __init__(
        self, inputs: int, outputs: int, weights: Initializer = he_normal, bias: bool = True
    ) -> None:
        super().__init__()
        self.inputs, self.outputs = inputs, outputs
        self.w = Parameter((outputs, inputs), weights, transposed=outputs <= NARROW)
        self.b = Parameter((outputs, 1), zeros, decayed=False) if bias else None

    def forward(self, x: Array, training: bool = False) -> Array:
        """Z [outputs, ..., N] of x [inputs, ..., N]."""
        if x.shape[0] != self.inputs or x.dtype != self.dtype:
            raise ValueError(
                f"this layer takes {self.dtype} [{self.inputs}, ..., N], not {x.dtype} "
                f"{list(x.shape)}"
            )
        self._a = a = x if x.ndim == 2 else x.reshape(self.inputs, -1)
        if LOGITS < self.outputs <= NARROW and not a.flags.c_contiguous:
            z = self.buffer("z", (a.shape[1], self.outputs)).T
        else:
            z = self.buffer("z", (self.outputs, a.shape[1]))
            if not a.flags.c_contiguous and tile_height(self.outputs, *a.shape):
                columns = self.buffer("columns", a.shape)
                columns[...] = a  # takes less time than tiles save
                a = columns
        product(self.w.value, a, z)
        if self.b is not None:
            np.add(z, self.b.value, out=z)
        return z if x.ndim == 2 else z.reshape(self.outputs, *x.shape[1:])

    def parameter_gradients(self, delta: Array) -> None:
        """BP3 and BP4."""
        delta = delta.reshape(self.outputs, -1)
        product(delta, self._a.T, self.w.gradient)
        if self.b is not None:
            ones = self.buffer("ones", (delta.shape[1], 1))
            ones.fill(1)
            np.matmul(delta, ones, out=self.b.gradient)  # several times faster than a sum

    def backward(self, delta: Array) -> Array:
        """BP2 to BP4."""
        self.parameter_gradients(delta)
        out = self.like("da", self._a)
        np.matmul(self.w.value.T, delta.reshape(self.outputs, -1), out=out)
        return out if delta.ndim == 2 else out.reshape(self.inputs, *delta.shape[1:])
