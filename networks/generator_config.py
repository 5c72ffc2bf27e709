"""The settings of autoencoders and of latent diffusion, with their ranges."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, Self

from networks.diffusion.noise import SCHEDULES, ScheduleName
from networks.models.diffusion import TARGETS, Target
from networks.models.mlp import ACTIVATIONS, Activation
from networks.models.vae import LIKELIHOODS, Likelihood

SLIGHTLY = 0.1
"""What makes more of a few thousand images, and still leaves their shapes as they are."""


class _Settings:
    """What both have in common: names, and ranges that are checked."""

    WHOLE: tuple[tuple[str, int, int], ...]
    RANGES: tuple[tuple[str, float], ...]
    CHOICES: tuple[tuple[str, tuple[str, ...]], ...]

    def _check(self) -> None:
        for name, least, most in self.WHOLE:
            value = getattr(self, name)
            if not isinstance(value, int) or not least <= value <= most:
                raise ValueError(f"{name} must be {least} to {most}, not {value}")
        for name, highest in self.RANGES:
            value = getattr(self, name)
            if not isinstance(value, int | float) or not 0 <= value <= highest:
                raise ValueError(f"{name} must be 0 to {highest:g}, not {value}")
        for name, known in self.CHOICES:
            if getattr(self, name) not in known:
                raise ValueError(
                    f"{name} must be one of {', '.join(known)}, not {getattr(self, name)!r}"
                )

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> Self:
        """The settings of a file, as `dataclasses.asdict` has them.

        Raises:
            ValueError: naming a setting that is unknown or out of range.
        """
        known = {each.name for each in fields(cls)}  # type: ignore[arg-type]
        for name in settings:
            if name not in known:
                raise ValueError(f"unknown setting {name!r}: choose {', '.join(sorted(known))}")
        return cls(**settings)


_COMMON = (("epochs", 1, 1_000_000), ("batch", 2, 100_000), ("seed", 0, 2**63))


@dataclass(frozen=True)
class AutoencoderConfig(_Settings):
    """How an autoencoder or a VAE is trained."""

    model: Literal["vae", "autoencoder"] = "vae"
    """Which of the two."""
    hidden: tuple[int, ...] = (512, 256)
    """Units of the encoder's hidden layers; the decoder has the same in reverse."""
    latents: int = 32
    """Z."""
    activation: Activation = "gelu"
    """What follows each hidden layer."""
    likelihood: Likelihood = "squared-error"
    """How the VAE measures the error of a reconstruction."""
    beta: float = 0.01
    """The weight of KL. Beside a squared error it is the variance that a pixel is granted."""
    warm_up: int = 0
    """Training steps in which beta rises from 0."""
    epochs: int = 150
    """Of 20,000 images each, or as many as there are if those are fewer."""
    batch: int = 256
    """Images per step."""
    rate: float = 0.001
    """The learning rate (AdamW) at its highest; it falls to 0 along a cosine."""
    distort: float = SLIGHTLY
    """How strongly images of one's own are distorted, 0 not at all; 1 is what classifiers get."""
    seed: int = 0
    """Determines the first weights and all chance while training."""

    WHOLE = (("latents", 1, 1000), ("warm_up", 0, 1_000_000_000), *_COMMON)
    RANGES = (("beta", 1000), ("rate", 10), ("distort", 10))
    CHOICES = (
        ("model", ("vae", "autoencoder")),
        ("activation", tuple(ACTIVATIONS)),
        ("likelihood", tuple(LIKELIHOODS)),
    )

    def __post_init__(self) -> None:
        """Checks the ranges.

        Raises:
            ValueError: naming the setting that is out of range.
        """
        object.__setattr__(self, "hidden", tuple(self.hidden))
        self._check()
        sizes = self.hidden
        if not sizes or not all(isinstance(size, int) and 1 <= size <= 10_000 for size in sizes):
            raise ValueError(f"hidden must be sizes from 1 to 10000, not {list(sizes)}")


@dataclass(frozen=True)
class DiffusionConfig(_Settings):
    """How a diffusion model of latents is trained."""

    hidden: int = 384
    """Units between the blocks of the denoiser."""
    inner: int = 768
    """Units inside a block."""
    blocks: int = 3
    """Residual blocks."""
    condition: int = 128
    """Units of what stands for time and class."""
    schedule: ScheduleName = "cosine"
    """The noise schedule."""
    target: Target = "velocity"
    """What is predicted."""
    untold: float = 0.1
    """The share of examples whose class is not told while training."""
    average: float = 0.999
    """The weight of the past in the average of the weights, per step."""
    epochs: int = 180
    """Of 20,000 images each, or as many as there are if those are fewer."""
    batch: int = 512
    """Latents per step."""
    rate: float = 0.002
    """The learning rate (AdamW) at its highest; it falls to 0 along a cosine."""
    distort: float = SLIGHTLY
    """How strongly images of one's own are distorted, 0 not at all; 1 is what classifiers get."""
    seed: int = 0
    """Determines the first weights and all chance while training."""

    WHOLE = (
        ("hidden", 1, 10_000),
        ("inner", 1, 10_000),
        ("blocks", 1, 100),
        ("condition", 1, 10_000),
        *_COMMON,
    )
    RANGES = (("untold", 1), ("average", 0.999999), ("rate", 10), ("distort", 10))
    CHOICES = (("schedule", SCHEDULES), ("target", TARGETS))

    def __post_init__(self) -> None:
        """Checks the ranges.

        Raises:
            ValueError: naming the setting that is out of range.
        """
        self._check()
