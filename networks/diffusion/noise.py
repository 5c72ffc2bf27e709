"""Noise schedules: how much of an example is left after t steps of adding noise.

One step is z_t = sqrt(1 - beta_t) z_(t-1) + sqrt(beta_t) epsilon, so after t of them (Ho et al.
2020, eq. 4), with a_t^2 the product of all (1 - beta_s) up to t:

    z_t = a_t z_0 + s_t epsilon,     epsilon ~ N(0, 1),     a_t^2 + s_t^2 = 1

a_t is the signal, s_t the noise. Two ways to say the same of z_t are epsilon and the velocity
v = a_t epsilon - s_t z_0 (Salimans & Ho 2022, appendix D): z_t and v are z_0 and epsilon turned by
one angle, so turning back is

    z_0 = a_t z_t - s_t v            epsilon = s_t z_t + a_t v

which stays exact where no signal is left, while z_0 = (z_t - s_t epsilon) / a_t does not.

Letters: T steps, N examples, F features; arrays are columns [F, N].
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from networks.arrays import Array

ScheduleName = Literal["cosine", "linear"]
SCHEDULES: tuple[ScheduleName, ...] = ("cosine", "linear")

_OFFSET = 0.008
_MOST = 0.999


@dataclass(frozen=True)
class NoiseSchedule:
    """Signal and noise for each time from 0, the example itself, to T, noise alone.

    Attributes:
        signal: a_t, float64 [T + 1].
        noise: s_t, float64 [T + 1].
    """

    signal: NDArray[np.float64]
    noise: NDArray[np.float64]

    @classmethod
    def of(cls, name: ScheduleName, steps: int) -> "NoiseSchedule":
        """A schedule by name.

        Args:
            name: linear, beta_t in a straight line from 0.1 / T to 20 / T (Ho et al. 2020, section
                4, there for T = 1000); or cosine, a_t about cos(pi/2 t/T), which spends more time
                on the middle (Nichol & Dhariwal 2021, eq. 17).
            steps: T.

        Raises:
            ValueError: for another name, or less than two steps.
        """
        if steps < 2:
            raise ValueError(f"a noise schedule has 2 steps or more, not {steps}")
        if name == "linear":
            beta = np.linspace(0.1 / steps, min(20 / steps, _MOST), steps)
        elif name == "cosine":
            angles = (np.arange(steps + 1) / steps + _OFFSET) / (1 + _OFFSET) * np.pi / 2
            kept = np.cos(angles) ** 2
            beta = np.minimum(1 - kept[1:] / kept[:-1], _MOST)
        else:
            raise ValueError(f"schedule must be {' or '.join(SCHEDULES)}, not {name}")
        kept = np.concatenate([[1.0], np.cumprod(1 - beta)])
        return cls(np.sqrt(kept), np.sqrt(1 - kept))

    @property
    def steps(self) -> int:
        """T."""
        return len(self.signal) - 1

    def add(self, z: Array, epsilon: Array, times: NDArray[np.int64]) -> Array:
        """z_t [F, N] of examples z [F, N] and noise epsilon [F, N] at times [N]."""
        a, s = self._at(times, z)
        return a * z + s * epsilon

    def velocity(self, z: Array, epsilon: Array, times: NDArray[np.int64]) -> Array:
        """V [F, N] of examples z, noise epsilon and times [N]."""
        a, s = self._at(times, z)
        return a * epsilon - s * z

    def split(self, z_t: Array, predicted: Array, time: int, velocity: bool) -> tuple[Array, Array]:
        """The example and the noise, each [F, N], that a prediction means.

        Args:
            z_t: noisy examples [F, N], all at one time.
            predicted: v [F, N], or epsilon [F, N].
            time: t, from 1 to T.
            velocity: whether it is v.
        """
        a, s = (z_t.dtype.type(array[time]) for array in (self.signal, self.noise))
        if velocity:
            return a * z_t - s * predicted, s * z_t + a * predicted
        return (z_t - s * predicted) / a, predicted

    def _at(self, times: NDArray[np.int64], like: Array) -> tuple[Array, Array]:
        return self.signal[times].astype(like.dtype), self.noise[times].astype(like.dtype)
