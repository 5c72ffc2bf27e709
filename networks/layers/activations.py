"""Activations: a = sigma(z).

For those that act on each element alone, dC/dz_i = dC/da_i sigma'(z_i): `backward` multiplies what
arrives by the derivative, element by element. Letters: delta [F, ..., N] is what arrives, dC/da.
"""

import math

import numpy as np

from networks.arrays import Array
from networks.layers.base import Layer


class Sigmoid(Layer):
    """Squashes to (0, 1): sigma(z) = 1 / (1 + e^-z).

    sigma' = e^-z / (1 + e^-z)^2 = sigma (1 - sigma), so dC/dz = delta a (1 - a).
    """

    def forward(self, x: Array, training: bool = False) -> Array:
        """A in the shape of x."""
        self._a = sigmoid(x, self.like("a", x))
        return self._a

    def backward(self, delta: Array) -> Array:
        """Delta a (1 - a)."""
        out = self.like("dz", self._a)
        np.subtract(1, self._a, out=out)
        out *= self._a
        out *= delta
        return out


def sigmoid(z: Array, out: Array) -> Array:
    """1 / (1 + e^-z) into `out`, right for every z: e^-z may become infinite, and gives 0."""
    np.negative(z, out=out)
    with np.errstate(over="ignore"):
        np.exp(out, out=out)
    out += 1
    return np.reciprocal(out, out=out)


class Tanh(Layer):
    """Squashes to (-1, 1).

    tanh' = 1 - tanh^2, so dC/dz = delta (1 - a^2).
    """

    def forward(self, x: Array, training: bool = False) -> Array:
        """A in the shape of x."""
        self._a = np.tanh(x, out=self.like("a", x))
        return self._a

    def backward(self, delta: Array) -> Array:
        """Delta (1 - a^2)."""
        out = self.like("dz", self._a)
        np.square(self._a, out=out)
        np.subtract(1, out, out=out)
        out *= delta
        return out


class ReLU(Layer):
    """max(z, 0).

    The derivative is 1 where z > 0 and 0 elsewhere (at 0 itself by convention), so dC/dz is delta
    where a > 0, else 0.
    """

    def __init__(self, in_place: bool = False) -> None:
        """The settings.

        Args:
            in_place: overwrite z and delta, to move less memory. Only where nobody else needs them:
                right after a dense layer or a convolution, and where no branch begins.
        """
        super().__init__()
        self.in_place = in_place

    def forward(self, x: Array, training: bool = False) -> Array:
        """A in the shape of x."""
        self._a = np.maximum(x, 0, out=x if self.in_place else self.like("a", x))
        return self._a

    def backward(self, delta: Array) -> Array:
        """Delta where the unit was active."""
        active = np.greater(self._a, 0, out=self.like("active", self._a, bool))
        return np.multiply(delta, active, out=delta if self.in_place else self.like("dz", self._a))


class LeakyReLU(Layer):
    """max(z, slope z), with 0 <= slope < 1: a ReLU whose units cannot die.

    The derivative is 1 where z > 0, else the slope.
    """

    def __init__(self, slope: float = 0.01) -> None:
        super().__init__()
        if not 0 <= slope < 1:
            raise ValueError(f"the slope must be at least 0 and below 1, not {slope}")
        self.slope = slope

    def forward(self, x: Array, training: bool = False) -> Array:
        """A in the shape of x."""
        self._z = x
        out = np.multiply(x, self.slope, out=self.like("a", x))
        return np.maximum(x, out, out=out)

    def backward(self, delta: Array) -> Array:
        """Delta where z > 0, slope delta elsewhere."""
        out = np.multiply(delta, self.slope, out=self.like("dz", self._z))
        active = np.greater(self._z, 0, out=self.like("active", self._z, bool))
        np.copyto(out, delta, where=active)
        return out


class GELU(Layer):
    """z times the chance that a standard normal variable is below z: a smooth ReLU.

    Hendrycks & Gimpel 2016, section 2, in their approximation, as NumPy has no error function:

        a = z (1 + t) / 2,    t = tanh(u),    u = c (z + k z^3),    c = sqrt(2/pi), k = 0.044715
        da/dz = (1 + t) / 2 + z/2 (1 - t^2) c (1 + 3 k z^2)         (product rule, tanh' = 1 - t^2)
    """

    SCALE = math.sqrt(2 / math.pi)
    CUBIC = 0.044715

    def forward(self, x: Array, training: bool = False) -> Array:
        """A in the shape of x."""
        self._z = x
        self._t = t = np.square(x, out=self.like("t", x))
        t *= self.SCALE * self.CUBIC
        t += self.SCALE
        t *= x
        np.tanh(t, out=t)
        out = np.multiply(x, t, out=self.like("a", x))
        out += x
        out *= 0.5
        return out

    def backward(self, delta: Array) -> Array:
        """Delta times da/dz."""
        t, z = self._t, self._z
        slope = np.square(z, out=self.like("slope", z))
        slope *= 3 * self.SCALE * self.CUBIC
        slope += self.SCALE
        slope *= z
        out = np.square(t, out=self.like("dz", z))
        np.subtract(1, out, out=out)
        out *= slope
        out += t
        out += 1
        out *= 0.5
        out *= delta
        return out


class SiLU(Layer):
    """z sigma(z), another smooth ReLU, also called swish (Elfwing et al. 2018, section 2.1).

    By the product rule and sigma' = sigma (1 - sigma): da/dz = sigma (1 + z (1 - sigma)).
    """

    def forward(self, x: Array, training: bool = False) -> Array:
        """A in the shape of x."""
        self._z = x
        self._s = sigmoid(x, self.like("s", x))
        return np.multiply(x, self._s, out=self.like("a", x))

    def backward(self, delta: Array) -> Array:
        """Delta times da/dz."""
        out = np.subtract(1, self._s, out=self.like("dz", self._z))
        out *= self._z
        out += 1
        out *= self._s
        out *= delta
        return out


class Softmax(Layer):
    """Probabilities over the features: a_j = e^z_j / sum_k e^z_k.

    Every output depends on every input, so the derivative is a whole matrix (Jacobian), per column:

        da_j/dz_i = a_j (1[i = j] - a_i)
        dC/dz_i = sum_j delta_j a_j (1[i = j] - a_i) = a_i (delta_i - sum_j delta_j a_j)

    The sum over j is what a diagonal Jacobian would lose. For a classifier's loss use
    `SoftmaxCrossEntropy` on the z themselves.
    """

    def forward(self, x: Array, training: bool = False) -> Array:
        """A in the shape of x; sums over the first axis are 1."""
        self._a = out = np.subtract(x, x.max(axis=0), out=self.like("a", x))
        np.exp(out, out=out)
        out /= out.sum(axis=0)
        return out

    def backward(self, delta: Array) -> Array:
        """a (delta - sum_j delta_j a_j)."""
        out = np.multiply(delta, self._a, out=self.like("dz", self._a))
        total = out.sum(axis=0)
        np.subtract(delta, total, out=out)
        out *= self._a
        return out
