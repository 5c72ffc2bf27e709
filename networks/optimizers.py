"""Optimizers: how gradients change weights.

Each walks over the network's one vector in pieces that stay in the processor's cache while several
NumPy operations pass over them: a whole layer would travel to memory and back at every operation.

Letters: P parameters; w weights, g gradients, r the learning rate, d the weight decay.
"""

from abc import ABC, abstractmethod
from typing import NamedTuple

import numpy as np

from networks.arrays import Array, aligned_zeros
from networks.clipping import clip_gradients
from networks.layers.weights import Weights
from networks.schedules import Constant, Schedule

PIECE = 32_768
"""Elements of a piece: with gradient, state and scratch it fits a cache of 1 MiB."""

FLUSH = 100
NEGLIGIBLE = 1e-25
"""Every so many steps, what the state holds of weights that no longer get a gradient becomes 0."""


State = tuple[Array, ...]


class Piece(NamedTuple):
    """Views of the same part of all vectors."""

    w: Array
    g: Array
    state: State  # S of them
    scratch: tuple[Array, Array]
    decayed: bool


class Optimizer(ABC):
    """Changes weights by their gradients, one step at a time.

    Attributes:
        steps: how many were made.
        state: what it remembers for each weight: [S, P], None before the first step.
    """

    slots: int
    """S, the number of vectors it remembers."""

    def __init__(
        self, rate: float | Schedule, weight_decay: float = 0.0, clip: float | None = None
    ) -> None:
        """The settings.

        Args:
            rate: the learning rate, or a schedule of it.
            weight_decay: d; adds d w to the gradient, which is the derivative of d/2 |w|^2 (L2
                regularization). Biases and gains are left out.
            clip: the largest norm of all gradients together, see `clip_gradients`.
        """
        self.schedule: Schedule = rate if callable(rate) else Constant(rate)
        if weight_decay < 0 or (clip is not None and clip <= 0):
            raise ValueError("weight_decay must be 0 or more, clip above 0")
        self.weight_decay, self.clip = weight_decay, clip
        self.steps = 0
        self.state: Array | None = None
        self._weights: Weights | None = None
        self._pieces: list[Piece] = []

    @property
    def rate(self) -> float:
        """The learning rate of the next step."""
        return self.schedule(self.steps)

    def step(self, weights: Weights) -> None:
        """Changes `weights.values` by `weights.gradients`."""
        if self._weights is not weights:
            self._attach(weights)
        if self.clip is not None:
            clip_gradients(weights.gradients, self.clip)
        rate = self.rate
        self.steps += 1
        constants = [np.array(value, weights.values.dtype) for value in self.constants(rate)]
        decay = np.array(self.decay(rate), weights.values.dtype)
        decays = self.weight_decay > 0
        for w, g, state, scratch, decayed in self._pieces:
            if decays and decayed:
                g = self.apply_decay(w, g, scratch[1], decay)
            self.update(w, g, state, scratch[0], *constants)
        if self.steps % FLUSH == 0:
            self._flush()

    def _flush(self) -> None:
        """Sets negligible elements of the state to 0.

        Units that died get no gradient, and what the state remembers of them shrinks by a factor a
        step until it is denormal (below 1e-38), where it stays: 0.9 times the smallest number
        rounds to that number. Processors calculate with denormal numbers ten times as slowly.
        """
        for _, _, state, scratch, _ in self._pieces:
            for row in state:
                np.copyto(row, 0, where=np.abs(row, out=scratch[0]) < NEGLIGIBLE)

    def restore(self, steps: int, state: Array) -> None:
        """Goes on from `steps` and `state` of another optimizer of the same kind."""
        self.steps, self.state = steps, state
        self._weights = None

    def _attach(self, weights: Weights) -> None:
        """Cuts the vectors of a network into pieces; keeps a state that was restored."""
        size, dtype = weights.values.size, weights.values.dtype
        restored = self.state if self._weights is None else None
        self.state = aligned_zeros((self.slots, size), dtype)
        if restored is not None:
            if restored.shape != self.state.shape:
                raise ValueError(
                    f"the optimizer's state has shape {list(restored.shape)}, but this network "
                    f"needs {list(self.state.shape)}"
                )
            self.state[...] = restored
        self._weights = weights
        scratch = aligned_zeros((2, PIECE), dtype)
        border = weights.decayed
        starts = sorted({*range(0, border, PIECE), *range(border, size, PIECE)})
        self._pieces = [
            Piece(
                weights.values[start:end],
                weights.gradients[start:end],
                tuple(self.state[:, start:end]),
                (scratch[0, : end - start], scratch[1, : end - start]),
                start < border,
            )
            for start, end in zip(starts, [*starts[1:], size], strict=True)
        ]

    def decay(self, rate: float) -> float:
        """The factor that `apply_decay` needs."""
        return self.weight_decay

    def apply_decay(self, w: Array, g: Array, scratch: Array, decay: Array) -> Array:
        """Returns g + d w, leaving g as it is."""
        np.multiply(w, decay, out=scratch)
        return np.add(scratch, g, out=scratch)

    @abstractmethod
    def constants(self, rate: float) -> tuple[float, ...]:
        """The numbers that `update` needs at this step."""

    @abstractmethod
    def update(self, w: Array, g: Array, state: State, scratch: Array, *constants: Array) -> None:
        """Changes a piece of the weights."""


class SGD(Optimizer):
    """Stochastic gradient descent: w -= r g."""

    slots = 0

    def constants(self, rate: float) -> tuple[float, ...]:
        """R."""
        return (rate,)

    def update(self, w: Array, g: Array, state: State, scratch: Array, *constants: Array) -> None:
        """Changes a piece of the weights."""
        (rate,) = constants
        np.multiply(g, rate, out=scratch)
        np.subtract(w, scratch, out=w)


class Momentum(Optimizer):
    """A ball that rolls: v = m v + g, w -= r v (Polyak 1964; Sutskever et al. 2013, eq. 1, 2)."""

    slots = 1

    def __init__(
        self,
        rate: float | Schedule,
        momentum: float = 0.9,
        weight_decay: float = 0.0,
        clip: float | None = None,
    ) -> None:
        super().__init__(rate, weight_decay, clip)
        self.momentum = momentum

    def constants(self, rate: float) -> tuple[float, ...]:
        """R and m."""
        return rate, self.momentum

    def update(self, w: Array, g: Array, state: State, scratch: Array, *constants: Array) -> None:
        """Changes a piece of the weights."""
        rate, momentum = constants
        (v,) = state
        np.multiply(v, momentum, out=v)
        np.add(v, g, out=v)
        np.multiply(v, rate, out=scratch)
        np.subtract(w, scratch, out=w)


class Nesterov(Momentum):
    """Momentum that looks ahead: v = m v + g, w -= r (g + m v).

    Nesterov 1983, in the form of Bengio et al. 2013, eq. 7, where w is the place looked at.
    """

    def update(self, w: Array, g: Array, state: State, scratch: Array, *constants: Array) -> None:
        """Changes a piece of the weights."""
        rate, momentum = constants
        (v,) = state
        np.multiply(v, momentum, out=v)
        np.add(v, g, out=v)
        np.multiply(v, momentum, out=scratch)
        np.add(scratch, g, out=scratch)
        np.multiply(scratch, rate, out=scratch)
        np.subtract(w, scratch, out=w)


class RMSProp(Optimizer):
    """Divides by the recent size of the gradient: s = b s + (1-b) g^2, w -= r g / (sqrt(s) + e).

    Tieleman & Hinton 2012, lecture 6.5. Remembered is s / (1-b), which saves an operation; r and e
    are divided by sqrt(1-b) instead.
    """

    slots = 1

    def __init__(
        self,
        rate: float | Schedule = 1e-2,
        beta: float = 0.99,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
        clip: float | None = None,
    ) -> None:
        super().__init__(rate, weight_decay, clip)
        self.beta, self.epsilon = beta, epsilon

    def constants(self, rate: float) -> tuple[float, ...]:
        """The scaled r, b and the scaled e."""
        scale = (1 - self.beta) ** 0.5
        return rate / scale, self.beta, self.epsilon / scale

    def update(self, w: Array, g: Array, state: State, scratch: Array, *constants: Array) -> None:
        """Changes a piece of the weights."""
        rate, beta, epsilon = constants
        (s,) = state
        np.multiply(s, beta, out=s)
        np.square(g, out=scratch)
        np.add(s, scratch, out=s)
        np.sqrt(s, out=scratch)
        np.add(scratch, epsilon, out=scratch)
        np.divide(g, scratch, out=scratch)
        np.multiply(scratch, rate, out=scratch)
        np.subtract(w, scratch, out=w)


class Adam(Optimizer):
    """Momentum over the recent size of the gradient (Kingma & Ba 2015, algorithm 1).

        m = b1 m + (1-b1) g            v = b2 v + (1-b2) g^2
        w -= r (m / (1-b1^t)) / (sqrt(v / (1-b2^t)) + e)           at step t = 1, 2, ...

    Remembered are m / (1-b1) and v / (1-b2), which saves two operations of twelve; all factors
    gather in the two constants r and e.
    """

    slots = 2

    def __init__(
        self,
        rate: float | Schedule = 1e-3,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
        clip: float | None = None,
    ) -> None:
        super().__init__(rate, weight_decay, clip)
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon

    def constants(self, rate: float) -> tuple[float, ...]:
        """The scaled r, b1, b2 and the scaled e."""
        scale = ((1 - self.beta2**self.steps) / (1 - self.beta2)) ** 0.5
        mean = (1 - self.beta1) / (1 - self.beta1**self.steps)
        return rate * mean * scale, self.beta1, self.beta2, self.epsilon * scale

    def update(self, w: Array, g: Array, state: State, scratch: Array, *constants: Array) -> None:
        """Changes a piece of the weights."""
        rate, beta1, beta2, epsilon = constants
        m, v = state
        np.multiply(m, beta1, out=m)
        np.add(m, g, out=m)
        np.multiply(v, beta2, out=v)
        np.square(g, out=scratch)
        np.add(v, scratch, out=v)
        np.sqrt(v, out=scratch)
        np.add(scratch, epsilon, out=scratch)
        np.divide(m, scratch, out=scratch)
        np.multiply(scratch, rate, out=scratch)
        np.subtract(w, scratch, out=w)


class AdamW(Adam):
    """Adam whose weight decay is a step of its own, w -= r d w (Loshchilov & Hutter 2019, alg. 2).

    So large and small gradients decay alike.
    """

    def decay(self, rate: float) -> float:
        """1 - r d."""
        return 1 - rate * self.weight_decay

    def apply_decay(self, w: Array, g: Array, scratch: Array, decay: Array) -> Array:
        """Shrinks the weights."""
        np.multiply(w, decay, out=w)
        return g
