"""Latent diffusion: a VAE that makes latents of images, and a diffusion model that makes latents.

Rombach et al. 2022: noise is taken away in the few numbers of the latent, not among the pixels; the
decoder adds what all images have in common. First the VAE is trained, then, with its weights fixed,
the diffusion model on what its encoder answers; both see fresh images at every step.

Shapes: N images, Z latents, K classes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.random import Generator as Chance
from numpy.typing import NDArray

from networks.arrays import Array
from networks.classifier import PIXELS, Examples, as_rows
from networks.data.augment import Distortion, distort
from networks.data.classes import CLASSES, DIGITS, characters_of
from networks.data.drawn import Drawn, Style
from networks.data.framing import FRAME
from networks.diffusion import Guidance
from networks.generator_config import SLIGHTLY, AutoencoderConfig, DiffusionConfig
from networks.models import VAE, Autoencoder, Diffusion, Model, Sampling
from networks.optimizers import AdamW
from networks.schedules import Cosine
from networks.training import Batch, Trainer, TrainingConfig

EPOCH = 20_000
"""Images in an epoch, at most: of drawn ones there is no end."""
STROKES = 0.3
"""The share of drawn digits that are written with strokes: most come from fonts, as letters do."""
NEAT = Style(
    rotation=3, slant=0.1, lean=0.1, stretch=0.08, elastic=0.5, pen=(0.8, 1.6), contrast=0.95
)
"""Digits for autoencoders: varied enough to have something between them, and easy to read."""
USUAL = Sampling(20, Guidance(2.0, 0.0, 0.45))
"""How samples are made unless told otherwise: README.md shows what guidance gains and costs."""
_AT_ONCE = 256


class Source(Protocol):
    """Where images come from."""

    @property
    def epoch(self) -> int:
        """Images in an epoch."""

    @property
    def classes(self) -> int:
        """K."""

    @property
    def characters(self) -> str:
        """Those that there are, at most K."""

    def __call__(self, count: int, rng: Chance) -> Batch:
        """Grey values float32 [count, 784] and labels int64 [count]."""


class DrawnImages:
    """Drawn characters, never the same twice: all of them on the line, or digits as in MNIST.

    Attributes:
        classes: K.
        characters: all of them.
        epoch: images in an epoch.
        drawn: what draws.
    """

    epoch = EPOCH

    def __init__(self, digits: bool = False) -> None:
        self.characters = DIGITS if digits else CLASSES
        self.classes = len(self.characters)
        if digits:
            self.drawn = Drawn(DIGITS, style=NEAT)
        else:
            self.drawn = Drawn(CLASSES, framing="line", strokes=STROKES)

    def __call__(self, count: int, rng: Chance) -> Batch:
        """Grey values float32 [count, 784] and labels int64 [count]."""
        images, labels = self.drawn.batch(count, rng)
        return as_rows(images), labels


@dataclass(frozen=True)
class OwnImages:
    """Images of one's own, each time a little different.

    Attributes:
        examples: the images.
        distort: how strongly they are distorted, 0 not at all; 1 is what classifiers get.
    """

    examples: Examples
    distort: float = SLIGHTLY

    @property
    def epoch(self) -> int:
        """How many there are, but no more than of drawn ones."""
        return min(len(self.examples.labels), EPOCH)

    @property
    def classes(self) -> int:
        """K: labels are 0 to K - 1."""
        return int(self.examples.labels.max()) + 1

    @property
    def characters(self) -> str:
        """Those that have a label: of EMNIST's letters, for example, no digits."""
        return characters_of(np.unique(self.examples.labels))

    def __call__(self, count: int, rng: Chance) -> Batch:
        """Grey values float32 [count, 784] and labels int64 [count]."""
        chosen = rng.integers(len(self.examples.labels), size=count)
        images, labels = self.examples.images[chosen], self.examples.labels[chosen]
        if not self.distort:
            return as_rows(images), labels
        return distort(images, Distortion().times(self.distort), rng), labels


@dataclass(frozen=True)
class FreshBatches:
    """Minibatches of an epoch: of images, or of the latents that a VAE finds in them.

    Attributes:
        source: where images come from.
        size: of a batch.
        vae: makes latents of them: samples of what its encoder answers.
    """

    source: Source
    size: int
    vae: VAE | None = None

    def __len__(self) -> int:
        """Batches in an epoch."""
        return -(-self.source.epoch // self.size)

    @property
    def images(self) -> int:
        """Images in an epoch."""
        return len(self) * self.size

    def __call__(self, rng: Chance) -> Iterator[Batch]:
        """The minibatches of one epoch."""
        for _ in range(len(self)):
            rows, labels = self.source(self.size, rng)
            yield (rows if self.vae is None else sampled_latents(self.vae, rows, rng)), labels


def sampled_latents(vae: VAE, rows: Array, rng: Chance) -> Array:
    """Samples [N, Z] of the Gaussians that the encoder finds for images [N, 784]."""
    mu, log_sigma = vae.encode(rows)
    noise = rng.standard_normal(mu.shape, dtype=mu.dtype)
    return mu + noise * np.exp(log_sigma)


def autoencoder_trainer(config: AutoencoderConfig, batches: FreshBatches) -> Trainer:
    """A new VAE or autoencoder, and what trains it."""
    sizes = [PIXELS, *config.hidden, config.latents]
    model: Model
    if config.model == "autoencoder":
        model = Autoencoder(sizes, activation=config.activation, seed=config.seed)
    else:
        model = VAE(
            sizes,
            activation=config.activation,
            likelihood=config.likelihood,
            beta=config.beta,
            warm_up=config.warm_up,
            seed=config.seed,
        )
    return _trainer(model, config, batches)


def diffusion_trainer(config: DiffusionConfig, batches: FreshBatches) -> Trainer:
    """A new diffusion model of a VAE's latents, and what trains it."""
    assert batches.vae is not None
    model = Diffusion(
        batches.vae.latents,
        classes=batches.source.classes,
        hidden=config.hidden,
        inner=config.inner,
        blocks=config.blocks,
        condition=config.condition,
        schedule=config.schedule,
        target=config.target,
        untold=config.untold,
        average=config.average,
        seed=config.seed,
    )
    rows, _ = batches.source(EPOCH, np.random.default_rng([config.seed, 0]))
    model.standardize(sampled_latents(batches.vae, rows, np.random.default_rng(config.seed)))
    return _trainer(model, config, batches)


def _trainer(
    model: Model, config: AutoencoderConfig | DiffusionConfig, batches: FreshBatches
) -> Trainer:
    steps = config.epochs * len(batches)
    rate = Cosine(config.rate, steps, warm_up=min(500, steps // 20))
    return Trainer(model, AdamW(rate), TrainingConfig(config.epochs, config.seed))


@dataclass
class Generator:
    """A VAE and a diffusion model of its latents: together they make images of characters.

    Attributes:
        vae: makes images of latents.
        diffusion: makes latents; without an average of its own, see `Diffusion.averaged`.
        sampling: how samples are made unless told otherwise.
        characters: what it can be asked for; by default the first K of all.
    """

    vae: VAE
    diffusion: Diffusion
    sampling: Sampling = USUAL
    characters: str = ""

    def __post_init__(self) -> None:
        """Checks that the two belong together.

        Raises:
            ValueError: if not.
        """
        if self.vae.latents != self.diffusion.features:
            raise ValueError(
                f"a VAE of {self.vae.latents} latents does not go with a diffusion model of "
                f"{self.diffusion.features}"
            )
        self.characters = self.characters or CLASSES[: self.diffusion.classes]

    def sample(
        self,
        labels: NDArray[np.int64],
        rng: Chance,
        sampling: Sampling | None = None,
    ) -> NDArray[np.uint8]:
        """Images uint8 [N, 28, 28] of the characters with these labels [N]."""
        images = np.empty((len(labels), FRAME, FRAME), np.uint8)
        for start in range(0, len(labels), _AT_ONCE):
            part = labels[start : start + _AT_ONCE]
            latents = self.diffusion.sample(len(part), rng, part, sampling or self.sampling)
            images[start : start + len(part)] = self.pictures(latents)
        return images

    def film(
        self,
        labels: NDArray[np.int64],
        rng: Chance,
        sampling: Sampling | None = None,
        watch: Callable[[int], None] | None = None,
    ) -> list[NDArray[np.uint8]]:
        """The same, at the beginning and after each step: uint8 [N, 28, 28] each.

        Args:
            labels: int64 [N].
            rng: the source of chance.
            sampling: how.
            watch: is told how many of them there are.
        """
        found: list[NDArray[np.uint8]] = []

        def keep(step: int, z: Array) -> None:
            found.append(self.pictures(self.diffusion.original(z)))
            if watch:
                watch(len(found))

        self.diffusion.sample(len(labels), rng, labels, sampling or self.sampling, keep)
        return found

    def pictures(self, latents: Array) -> NDArray[np.uint8]:
        """Images uint8 [N, 28, 28] of latents [N, Z]."""
        return as_images(self.vae.decode(latents))


def as_images(rows: Array) -> NDArray[np.uint8]:
    """Images uint8 [N, 28, 28] of grey values from 0 to 1, [N, 784]."""
    return np.rint(rows * 255).astype(np.uint8).reshape(len(rows), FRAME, FRAME)
