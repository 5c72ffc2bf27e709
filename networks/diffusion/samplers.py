"""From noise to an example: ancestral sampling, and DDIM, which is the same without fresh noise.

From z_t and what the network makes of it, z_0 and epsilon, the step to an earlier time s is (Song
et al. 2021, eq. 12)

    z_s = a_s z_0 + sqrt(s_s^2 - c^2) epsilon + c eta',     eta' ~ N(0, 1)
    c = eta s_s / s_t sqrt(1 - a_t^2 / a_s^2)

With eta = 1 it is the posterior of the noising process, so for s = t - 1 the ancestral sampling of
Ho et al. 2020 (algorithm 2); with eta = 0 nothing is random but the beginning (DDIM), and 10 to 50
times are enough.

Letters: T steps of the schedule, N examples, F features; arrays are columns [F, N].
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from networks.arrays import Array
from networks.diffusion.noise import NoiseSchedule

Predict = Callable[[Array, int], tuple[Array, Array]]
"""Given z_t [F, N] and t, the example and the noise in it, each [F, N]."""
Watch = Callable[[int, Array], None]
"""Is told how many steps have been made, and z [F, N] after them."""


@dataclass(frozen=True)
class Guidance:
    """How much further to go from the unconditional prediction than to the conditional one.

    Attributes:
        weight: w in p_u + (1 + w) (p_c - p_u), classifier-free guidance (Ho & Salimans 2022, eq.
            6); 0 is the conditional prediction itself.
        low, high: the share of T between which it is applied. Guidance at the noisiest times costs
            diversity, and at the cleanest it changes nothing (Kynkäänniemi et al. 2024).
    """

    weight: float = 0.0
    low: float = 0.0
    high: float = 1.0

    def __post_init__(self) -> None:
        """Checks the ranges.

        Raises:
            ValueError: if one is exceeded.
        """
        if not 0 <= self.weight <= 100:
            raise ValueError(f"guidance must be 0 to 100, not {self.weight}")
        if not 0 <= self.low <= self.high <= 1:
            raise ValueError(f"guidance is applied from {self.low} to {self.high}, not within 0..1")

    def at(self, share: float) -> float:
        """The weight at this share of T."""
        return self.weight if self.low <= share <= self.high else 0.0


def sampling_times(total: int, steps: int) -> list[int]:
    """The times from T down to 0 that `steps` steps visit, evenly spread.

    Example:
        >>> sampling_times(1000, 4)
        [1000, 750, 500, 250, 0]

    Raises:
        ValueError: if there are fewer times than steps.
    """
    if not 1 <= steps <= total:
        raise ValueError(f"steps must be 1 to {total}, not {steps}")
    return [int(time) for time in np.rint(np.linspace(total, 0, steps + 1))]


def denoise(
    predict: Predict,
    z: Array,
    schedule: NoiseSchedule,
    steps: int,
    eta: float,
    rng: np.random.Generator,
    watch: Watch | None = None,
) -> Array:
    """Makes examples of noise.

    Args:
        predict: what the network makes of z_t.
        z: noise [F, N].
        schedule: how it came about.
        steps: how many; T of them with eta 1 are ancestral sampling in full.
        eta: 0 for DDIM, 1 for ancestral sampling; between is possible.
        rng: the source of fresh noise.
        watch: is called before the first step and after each.

    Returns:
        Examples [F, N].
    """
    if not 0 <= eta <= 1:
        raise ValueError(f"eta must be 0 to 1, not {eta}")
    times = sampling_times(schedule.steps, steps)
    if watch:
        watch(0, z)
    for made, (time, earlier) in enumerate(pairwise(times), 1):
        example, epsilon = predict(z, time)
        a, s = schedule.signal[earlier], schedule.noise[earlier]
        fresh = 0.0
        if eta:
            left = 1 - (schedule.signal[time] / a) ** 2
            fresh = eta * s / schedule.noise[time] * np.sqrt(left)
        z = example * z.dtype.type(a) + epsilon * z.dtype.type(np.sqrt(s**2 - fresh**2))
        if fresh:
            z += z.dtype.type(fresh) * rng.standard_normal(z.shape, dtype=z.dtype)
        if watch:
            watch(made, z)
    return z
