"""Denoising diffusion (Ho, Jain & Abbeel 2020): learns to take noise away, and begins with noise.

Training: an example gets noise up to a random time, and the network predicts what was added.

    z_t = a_t z_0 + s_t epsilon           (noise.py)
    C = 1/N sum_n 1/2 |prediction(z_t, t, class) - target|^2,      target = epsilon or v

The target is a constant for the network, so backpropagation is that of squared error. Now and then
the class is not told; so the same network knows the unconditional prediction too, and sampling can
go beyond the conditional one (classifier-free guidance, Ho & Salimans 2022):

    p = p_u + (1 + w) (p_c - p_u)

Examples are standardized first, each feature by its mean and deviation, since the schedule assumes
variance 1. Samples are made with an average of the weights over many steps, which is steadier than
the weights themselves.

Letters: N examples, F features, K classes, T times.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import DTypeLike, NDArray

from networks.arrays import Array
from networks.diffusion.noise import NoiseSchedule, ScheduleName
from networks.diffusion.samplers import Guidance, Watch, denoise
from networks.layers import named_arrays
from networks.losses import SquaredError
from networks.models.base import Model
from networks.models.denoiser import Denoiser

Target = Literal["velocity", "noise"]
TARGETS: tuple[Target, ...] = ("velocity", "noise")

AVERAGED_EVERY = 10
"""Steps between two looks at the weights: an average needs no more, and each costs a pass."""
_AVERAGE = "average."


@dataclass(frozen=True)
class Sampling:
    """How samples are made.

    Attributes:
        steps: of the sampler.
        guidance: of samples whose class is told.
        eta: 0 for DDIM, 1 for ancestral sampling.
    """

    steps: int = 20
    guidance: Guidance = field(default_factory=Guidance)
    eta: float = 0.0


class Diffusion(Model):
    """A denoiser, the schedule it learns from, and the average of its weights.

    Attributes:
        mean, deviation: of the examples' features, [F, 1]; set them before training.
        steps: training steps made, [1].
    """

    kind: ClassVar[str] = "diffusion"

    def __init__(
        self,
        features: int,
        *,
        classes: int = 0,
        hidden: int = 256,
        inner: int = 512,
        blocks: int = 3,
        condition: int = 64,
        schedule: ScheduleName = "cosine",
        times: int = 1000,
        target: Target = "velocity",
        untold: float = 0.1,
        average: float = 0.999,
        seed: int = 0,
        dtype: DTypeLike = np.float32,
    ) -> None:
        """Builds it with random weights.

        Args:
            features: F.
            classes: K; 0 for examples without classes.
            hidden, inner, blocks, condition: sizes of the network, see `Denoiser`.
            schedule: cosine or linear.
            times: T.
            target: what is predicted, velocity or noise.
            untold: the share of examples whose class is not told while training.
            average: the weight of the past in the average of the weights, per step; 0 for none.
            seed: determines the weights, and times and noise while training.
            dtype: float32, or float64 to check gradients.

        Raises:
            ValueError: for a setting out of range.
        """
        super().__init__()
        if target not in TARGETS:
            raise ValueError(f"target must be {' or '.join(TARGETS)}, not {target}")
        if not 0 <= untold <= 1 or not 0 <= average < 1:
            raise ValueError("untold must be 0 to 1, average 0 or more and below 1")
        if min(features, hidden, inner, condition, blocks) < 1 or classes < 0:
            raise ValueError("sizes must be 1 or more, classes 0 or more")
        self._config: dict[str, Any] = {
            "features": int(features),
            "classes": int(classes),
            "hidden": int(hidden),
            "inner": int(inner),
            "blocks": int(blocks),
            "condition": int(condition),
            "schedule": schedule,
            "times": int(times),
            "target": target,
            "untold": untold,
            "average": average,
        }
        self.features, self.classes = int(features), int(classes)
        self.schedule = NoiseSchedule.of(schedule, times)
        self.velocity, self.untold, self.average = target == "velocity", untold, average
        self.network = Denoiser(features, classes, hidden, inner, blocks, condition)
        self.loss = SquaredError()
        self.allocate(seed, dtype)

    def config(self) -> dict[str, Any]:
        """The keyword arguments that build this model again."""
        return dict(self._config)

    def setup(self) -> None:
        """Nothing trained yet: the average is that of the first weights."""
        super().setup()
        self.mean = np.zeros((self.features, 1), self.dtype)
        self.deviation = np.ones((self.features, 1), self.dtype)
        self.steps = np.zeros(1, np.int64)
        self._averages: dict[str, Array] = {}
        if self.average:
            parameters = self.network.parameters_by_name()
            self._averages = {name: p.value.copy() for name, p in parameters.items()}

    def state(self) -> dict[str, Array]:
        """How to standardize, how far it is, and the average of the weights."""
        averages = {_AVERAGE + name: array for name, array in self._averages.items()}
        return {"mean": self.mean, "deviation": self.deviation, "steps": self.steps, **averages}

    def standardize(self, x: Array) -> None:
        """Sets mean and deviation to those of examples [N, F], for which it then is made."""
        self.mean[...] = x.mean(axis=0)[:, None]
        self.deviation[...] = np.maximum(x.std(axis=0), 1e-6)[:, None]

    def averaged(self) -> "Diffusion":
        """A model of the average weights, for sampling, that keeps no average itself."""
        model = Diffusion(**self._config | {"average": 0.0}, dtype=self.dtype)
        averages = self._averages or named_arrays(self.network)
        for name, parameter in model.network.parameters_by_name().items():
            parameter.value[...] = averages[name]
        model.mean[...], model.deviation[...] = self.mean, self.deviation
        model.steps[...] = self.steps
        return model

    def loss_and_gradients(self, *batch: Array) -> float:
        """Forward, loss, backward.

        Args:
            batch: x [N, F], and with classes their labels [N].
        """
        if self._averages and int(self.steps[0]) % AVERAGED_EVERY == 0:
            self._update_average()
        self.steps += 1
        loss = self._forward(batch, training=True)
        self.network.parameter_gradients(self.loss.backward())
        return loss

    def metrics(self, *batch: Array) -> dict[str, float]:
        """`loss`, at one random time per example."""
        return {"loss": self._forward(batch)}

    def predict(
        self, z: Array, time: int, labels: NDArray[np.int64], guidance: Guidance
    ) -> tuple[Array, Array]:
        """The examples, and the noise in them, that the network sees in z_t: each [F, N].

        Args:
            z: [F, N], noisy, standardized.
            time: from 1 to T.
            labels: [N]; K where no class is told.
            guidance: how far to go beyond the conditional prediction.
        """
        share = time / self.schedule.steps
        shares = np.full(z.shape[1], share)
        prediction = self.network.forward(z, shares, labels).copy()
        weight = guidance.at(share) if (labels < self.classes).any() else 0.0
        if weight:  # one after the other: products of twice the width are slower
            untold = self.network.forward(z, shares, np.full_like(labels, self.classes))
            prediction = untold + self.dtype.type(1 + weight) * (prediction - untold)
        return self.schedule.split(z, prediction, time, self.velocity)

    def sample(
        self,
        count: int,
        rng: np.random.Generator,
        labels: Sequence[int] | NDArray[np.int64] | None = None,
        sampling: Sampling | None = None,
        watch: Watch | None = None,
    ) -> Array:
        """New examples [count, F].

        Args:
            count: how many.
            rng: the source of chance.
            labels: their classes, [count]; None: unconditional.
            sampling: how.
            watch: sees z, standardized, after each step.

        Raises:
            ValueError: for a class that there is not.
        """
        sampling = sampling or Sampling()
        told = np.full(count, self.classes) if labels is None else np.asarray(labels, np.int64)
        if len(told) != count or (count and not 0 <= told.min() <= told.max() <= self.classes):
            raise ValueError(f"{count} samples need as many classes, 0 to {self.classes - 1}")
        z = rng.standard_normal((self.features, count), dtype=self.dtype)
        z = denoise(
            lambda z, time: self.predict(z, time, told, sampling.guidance),
            z,
            self.schedule,
            sampling.steps,
            sampling.eta,
            rng,
            watch,
        )
        return self.original(z)

    def original(self, z: Array) -> Array:
        """Examples [N, F] of standardized columns [F, N]."""
        return (z * self.deviation + self.mean).T.copy()

    def _forward(self, batch: tuple[Array, ...], training: bool = False) -> float:
        z = self.as_columns(batch[0])
        z -= self.mean
        z /= self.deviation
        count = z.shape[1]
        labels = np.full(count, self.classes)
        if self.classes:
            hidden = self.rng.random(count) < self.untold
            labels = np.where(hidden, self.classes, batch[1])
        # Evenly spread over all times, from a random start: less chance in the loss of a batch.
        shares = (self.rng.random() + self.rng.permutation(count) / count) % 1
        times = 1 + (shares * self.schedule.steps).astype(np.int64)
        epsilon = self.rng.standard_normal(z.shape, dtype=self.dtype)
        noisy = self.schedule.add(z, epsilon, times)
        target = self.schedule.velocity(z, epsilon, times) if self.velocity else epsilon
        prediction = self.network.forward(noisy, times / self.schedule.steps, labels, training)
        return self.loss.forward(prediction, target)

    def _update_average(self) -> None:
        """average = d average + (1 - d) weights, with d smaller at first, that it soon forgets."""
        looks = int(self.steps[0]) // AVERAGED_EVERY
        kept = min(self.average**AVERAGED_EVERY, (1 + looks) / (10 + looks))
        for name, parameter in self.network.parameters_by_name().items():
            mean = self._averages[name]
            mean *= kept
            mean += self.dtype.type(1 - kept) * parameter.value
