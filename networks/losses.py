"""Losses: how wrong a batch of outputs is, as one number, and its derivative by each output.

Each is a sum over the features of an example, averaged over the examples. So is the derivative:
the factor 1/N is in it, and what layers make of it are averages too. A batch that holds every
example twice has the same loss and the same gradients.

Letters: outputs [F, ..., N] with the batch last. Where places stand between features and batch,
squared error, binary cross-entropy and Huber count them as features, and softmax cross-entropy
counts each as an example of its own.
"""

from abc import ABC, abstractmethod

import numpy as np

from networks.arrays import Array
from networks.layers.base import Module


class Loss(Module, ABC):
    """A loss: `forward` gives the value, `backward` the derivative at the same place."""

    @abstractmethod
    def forward(self, outputs: Array, targets: Array) -> float:
        """The loss of a batch."""

    @abstractmethod
    def backward(self) -> Array:
        """Its derivative by each of the outputs of the last `forward`, this loss's own memory."""

    def _same_shape(self, outputs: Array, targets: Array) -> None:
        if outputs.shape != targets.shape:
            raise ValueError(
                f"targets must have the shape of the outputs, {list(outputs.shape)}, "
                f"not {list(targets.shape)}"
            )


class SquaredError(Loss):
    """Half the squared distance, Nielsen's quadratic cost: C = 1/N sum_n 1/2 sum_f (a_fn - y_fn)^2.

    dC/da = (a - y) / N.
    """

    def forward(self, outputs: Array, targets: Array) -> float:
        """C of outputs a and targets y, both [F, ..., N]."""
        self._same_shape(outputs, targets)
        self._count = outputs.shape[-1]
        self._error = np.subtract(outputs, targets, out=self.like("error", outputs))
        flat = self._error.ravel(order="K")
        return float(flat @ flat) / (2 * self._count)

    def backward(self) -> Array:
        """(a - y) / N."""
        return np.multiply(self._error, 1 / self._count, out=self.like("delta", self._error))


class Huber(Loss):
    """Squared near 0, linear beyond d: outliers pull with bounded force (Huber 1964).

    With e = a - y: C = 1/N sum (e^2 / 2 where |e| <= d, else d |e| - d^2 / 2), so
    dC/da = e / N limited to -d/N .. d/N. It needs one formula: with c = e limited to -d .. d, the
    term is c (e - c/2).
    """

    def __init__(self, threshold: float = 1.0) -> None:
        super().__init__()
        if threshold <= 0:
            raise ValueError(f"the threshold must be above 0, not {threshold}")
        self.threshold = threshold

    def forward(self, outputs: Array, targets: Array) -> float:
        """C of outputs a and targets y, both [F, ..., N]."""
        self._same_shape(outputs, targets)
        self._count = outputs.shape[-1]
        error = np.subtract(outputs, targets, out=self.like("error", outputs))
        self._limited = limited = np.clip(
            error, -self.threshold, self.threshold, out=self.like("limited", outputs)
        )
        error -= 0.5 * limited
        return float(limited.ravel(order="K") @ error.ravel(order="K")) / self._count

    def backward(self) -> Array:
        """The limited error / N."""
        return np.multiply(self._limited, 1 / self._count, out=self.like("delta", self._limited))


class SoftmaxCrossEntropy(Loss):
    """Minus the log-probability of the right class, with probabilities a = softmax(z).

    C = 1/N sum_n -sum_k y_kn log a_kn, and log a_k = z_k - log sum_j e^z_j. With sum_k y_k = 1 the
    derivative is, by d(log sum_j e^z_j)/dz_k = a_k,

        dC/dz = (a - y) / N

    which is why softmax and logarithm belong together: neither overflows, and no 1/a appears.
    """

    def forward(self, outputs: Array, targets: Array) -> float:
        """C of logits z [K, ..., N].

        Args:
            outputs: the logits.
            targets: classes, whole numbers [..., N], or probabilities [K, ..., N].

        Raises:
            ValueError: if a class is below 0 or K or more, or a shape does not fit.
        """
        classes = outputs.shape[0]
        z = outputs.reshape(classes, -1)
        self._shape, self._count = outputs.shape, z.shape[1]
        self._labels = targets.dtype.kind in "iu"
        if self._labels:
            self._targets: Array = targets.ravel().astype(np.intp, copy=False)
            if targets.size != self._count:
                raise ValueError(f"{self._count} columns of logits, but {targets.size} classes")
            # Read as unsigned, a negative number is a large one: one pass checks both ends.
            if np.maximum.reduce(self._targets.view(np.uintp)) >= classes:
                raise ValueError(f"classes must be 0 to {classes - 1}")
        else:
            self._same_shape(outputs, targets)
            self._targets = targets.reshape(classes, -1)
        self._e = e = self.buffer("e", z.shape)
        np.subtract(z, np.maximum.reduce(z, axis=0), out=e)
        if self._labels:
            self._places = self._targets * self._count + self._columns(self._count)
            right = float(np.add.reduce(e.reshape(-1).take(self._places)))
        else:
            right = float(np.sum(e * self._targets))
        np.exp(e, out=e)
        self._sum = np.add.reduce(e, axis=0)
        loss = (float(np.add.reduce(np.log(self._sum))) - right) / self._count
        self._sum *= self._count  # as `backward` needs it
        return loss

    def _columns(self, count: int) -> Array:
        """0 to N - 1, made once."""
        columns = self.buffer("columns", (count,), np.intp)
        if columns[-1] != count - 1:
            columns[:] = np.arange(count)
        return columns

    def backward(self) -> Array:
        """(a - y) / N."""
        delta = np.divide(self._e, self._sum, out=self.buffer("delta", self._e.shape))
        if self._labels:
            flat = delta.reshape(-1)
            flat[self._places] = flat.take(self._places) - self.dtype.type(1 / self._count)
        else:
            delta -= self._targets * (1 / self._count)
        return delta.reshape(self._shape)


class BinaryCrossEntropy(Loss):
    """Minus the log-probability of yes-or-no answers, with a = sigmoid(z): Nielsen's cross-entropy.

    C = 1/N sum_n sum_f -(y log a + (1 - y) log(1 - a)). As log a = -log(1 + e^-z) and
    log(1 - a) = -z - log(1 + e^-z), the term is

        z (1 - y) + log(1 + e^-z) = z (1/2 - y) + |z|/2 + log(1 + e^-|z|)     (nothing overflows)
        dC/dz = (1 - y - e^-z / (1 + e^-z)) / N = (a - y) / N              (e^-z / (1 + e^-z) = 1-a)

    With t = tanh(z/2) = (1 - e^-z) / (1 + e^-z), one function serves both:

        log(1 + e^-|z|) = -log((1 + |t|) / 2)    and    a - y = t/2 + (1/2 - y)
    """

    def forward(self, outputs: Array, targets: Array) -> float:
        """C of logits z and targets y from 0 to 1, both [F, ..., N]."""
        self._same_shape(outputs, targets)
        self._count = outputs.shape[-1]
        self._rest = rest = self.like("rest", outputs)
        rest[...] = targets  # changes the memory order, if need be, faster than a subtraction does
        np.subtract(0.5, rest, out=rest)
        total = float(outputs.ravel(order="K") @ rest.ravel(order="K"))
        term = np.abs(outputs, out=self.like("term", outputs))
        total += _sum(term) / 2
        self._t = t = np.multiply(outputs, 0.5, out=self.like("t", outputs))
        np.tanh(t, out=t)
        np.abs(t, out=term)
        term += 1
        return (total - _sum_of_log_halves(term)) / self._count

    def backward(self) -> Array:
        """(a - y) / N."""
        delta = np.multiply(self._t, 0.5, out=self.like("delta", self._t))
        delta += self._rest
        delta *= 1 / self._count
        return delta


def _sum(array: Array) -> float:
    """The sum of all elements, as a product with ones: several times faster than NumPy's sum."""
    flat = array.ravel(order="K")
    whole = flat.size - flat.size % 256
    sums = flat[:whole].reshape(-1, 256) @ np.ones(256, flat.dtype)
    return float(np.sum(sums)) + float(np.sum(flat[whole:]))


def _sum_of_log_halves(array: Array) -> float:
    """sum log(t/2) of elements from 1 to 2: the logs of products of 16, each at most 2^16."""
    flat = array.ravel(order="K")
    whole = flat.size - flat.size % 16
    products = np.multiply.reduce(flat[:whole].reshape(16, -1), axis=0)
    products *= 2.0**-16
    return float(np.sum(np.log(products))) + float(np.sum(np.log(flat[whole:] / 2)))
