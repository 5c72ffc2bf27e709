"""Layer and batch normalization: the same formula along different axes.

Letters: x [F, M] with M all places of all examples, as columns.

    h = (x - mu) / s,   s = sqrt(variance + epsilon),   y = gain h + bias

mu and the variance are taken over n elements: the F features of each column (layer normalization)
or the M columns of each feature (batch normalization). With g = dC/dh = gain delta, and because
mu and s depend on every one of the n elements,

    dmu/dx_i = 1/n,    ds/dx_i = (x_i - mu) / (n s) = h_i / n
    dh_j/dx_i = (1[i = j] - 1/n) / s - (x_j - mu) h_i / (n s^2)
              = (1[i = j] - 1/n - h_j h_i / n) / s
    dC/dx_i = sum_j g_j dh_j/dx_i = (g_i - mean(g) - h_i mean(g h)) / s

and as in a dense layer dC/dgain = sum of delta h, dC/dbias = sum of delta, over the columns.
"""

import numpy as np

from networks.arrays import Array
from networks.initializers import ones, zeros
from networks.layers.base import Layer, Parameter


class _Normalization(Layer):
    """Gain and bias, and the derivatives that both have in common."""

    axis: int

    def __init__(self, features: int, epsilon: float = 1e-5) -> None:
        super().__init__()
        self.features, self.epsilon = features, epsilon
        self.gain = Parameter((features, 1), ones, decayed=False)
        self.bias = Parameter((features, 1), zeros, decayed=False)

    def _standardize(self, x: Array) -> tuple[Array, Array, Array]:
        """h [F, M], and the mean and variance taken along the axis."""
        mean = x.mean(axis=self.axis, keepdims=True)
        h = np.subtract(x, mean, out=self.like("h", x))
        squares = np.square(h, out=self.like("scratch", x))
        variance = squares.mean(axis=self.axis, keepdims=True)
        self._inverse = 1 / np.sqrt(variance + self.epsilon)
        h *= self._inverse
        return h, mean, variance

    def _scale(self, h: Array) -> Array:
        """Gain h + bias."""
        self._h = h
        y = np.multiply(h, self.gain.value, out=self.like("y", h))
        y += self.bias.value
        return y

    def backward(self, delta: Array) -> Array:
        """The last lines of the derivation above."""
        shape, h = delta.shape, self._h
        delta = delta.reshape(self.features, -1)
        products = np.multiply(delta, h, out=self.like("scratch", h))
        np.sum(products, axis=1, keepdims=True, out=self.gain.gradient)
        np.sum(delta, axis=1, keepdims=True, out=self.bias.gradient)
        g = np.multiply(delta, self.gain.value, out=self.like("dx", h))
        if self._moments_follow_x():
            np.multiply(g, h, out=products)
            mean_gh = products.mean(axis=self.axis, keepdims=True)
            g -= g.mean(axis=self.axis, keepdims=True)
            g -= np.multiply(h, mean_gh, out=products)
        g *= self._inverse
        return g.reshape(shape)

    def _moments_follow_x(self) -> bool:
        """Whether mu and s were those of x itself."""
        return True


class LayerNorm(_Normalization):
    """Normalizes the features of each example (Ba et al. 2016); derived above, down columns.

    The same in training and evaluation, and for batches of one.
    """

    axis = 0

    def forward(self, x: Array, training: bool = False) -> Array:
        """Y in the shape of x [F, ..., N]."""
        h, _, _ = self._standardize(x.reshape(self.features, -1))
        return self._scale(h).reshape(x.shape)


class BatchNorm(_Normalization):
    """Normalizes each feature over the batch (Ioffe & Szegedy 2015); derived above, along rows.

    Evaluation uses running averages instead, which are constants, so there dC/dx = gain delta / s.

    Attributes:
        mean: the running mean, [F, 1].
        variance: the running unbiased variance, [F, 1].
    """

    axis = 1

    def __init__(self, features: int, epsilon: float = 1e-5, momentum: float = 0.1) -> None:
        super().__init__(features, epsilon)
        self.momentum = momentum

    def setup(self) -> None:
        """Running averages begin as 0 and 1."""
        super().setup()
        self.mean = np.zeros((self.features, 1), self.dtype)
        self.variance = np.ones((self.features, 1), self.dtype)

    def state(self) -> dict[str, Array]:
        """The running averages."""
        return {"mean": self.mean, "variance": self.variance}

    def forward(self, x: Array, training: bool = False) -> Array:
        """Y in the shape of x [F, ..., N].

        Raises:
            ValueError: when training on a single column: its variance is 0.
        """
        columns = x.reshape(self.features, -1)
        self._training = training
        if not training:
            self._inverse = 1 / np.sqrt(self.variance + self.epsilon)
            h = np.subtract(columns, self.mean, out=self.like("h", columns))
            h *= self._inverse
            return self._scale(h).reshape(x.shape)
        count = columns.shape[1]
        if count < 2:
            raise ValueError("batch normalization needs two examples or more while training")
        h, mean, variance = self._standardize(columns)
        self.mean += self.momentum * (mean - self.mean)
        self.variance += self.momentum * (variance * (count / (count - 1)) - self.variance)
        return self._scale(h).reshape(x.shape)

    def _moments_follow_x(self) -> bool:
        return self._training
