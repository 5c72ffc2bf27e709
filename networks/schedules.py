"""Learning rates that change with the step: a schedule is a function of the step, from 0 on."""

import math
from collections.abc import Callable
from dataclasses import dataclass

Schedule = Callable[[int], float]


@dataclass(frozen=True)
class Constant:
    """Always the same rate."""

    rate: float

    def __call__(self, step: int) -> float:
        """The rate at this step."""
        return self.rate


@dataclass(frozen=True)
class StepDecay:
    """Multiplied by `factor` after every `every` steps."""

    rate: float
    every: int
    factor: float = 0.1

    def __call__(self, step: int) -> float:
        """The rate at this step."""
        return self.rate * self.factor ** (step // self.every)


@dataclass(frozen=True)
class Linear:
    """In a straight line from `rate` to `end` within `steps`, then `end`."""

    rate: float
    steps: int
    end: float = 0.0

    def __call__(self, step: int) -> float:
        """The rate at this step."""
        return self.rate + (self.end - self.rate) * min(step / self.steps, 1.0)


@dataclass(frozen=True)
class Cosine:
    """Up in a straight line while it warms up, then down half a cosine to `end` at `steps`.

    Loshchilov & Hutter 2017, eq. 5, without restarts. The first step already has a rate above 0.
    """

    rate: float
    steps: int
    warm_up: int = 0
    end: float = 0.0

    def __post_init__(self) -> None:
        """Checks that something is left after warming up."""
        if not 0 <= self.warm_up < self.steps:
            raise ValueError(
                f"warm_up must be at least 0 and below steps = {self.steps}, not {self.warm_up}"
            )

    def __call__(self, step: int) -> float:
        """The rate at this step."""
        if step < self.warm_up:
            return self.rate * (step + 1) / self.warm_up
        share = min((step - self.warm_up) / (self.steps - self.warm_up), 1.0)
        return self.end + (self.rate - self.end) * (1 + math.cos(math.pi * share)) / 2
