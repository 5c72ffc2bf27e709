"""Training a classifier of 28 x 28 images that never sees the same image twice.

Every epoch distorts every image anew (`data/augment.py`) and may mix in drawn characters, of which
there is no end. The network and the loop are `models/mlp.py` and `training.py`; here stands what
they are given.

Shapes: N images, K classes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from networks.arrays import Array
from networks.data.augment import Distortion, distort
from networks.data.classes import CLASSES
from networks.data.drawn import Drawn
from networks.data.framing import FRAME
from networks.models.mlp import ACTIVATIONS, MLP, Activation
from networks.optimizers import AdamW
from networks.schedules import Cosine
from networks.training import Batch, Trainer, TrainingConfig

PIXELS = FRAME * FRAME
USUAL = Distortion()
DRAWN_EPOCH = 10_000
"""Images in an epoch of drawn ones alone."""


@dataclass(frozen=True)
class ClassifierConfig:
    """How an MLP is trained to tell characters apart."""

    classes: int = 10
    """Labels 0 to classes - 1, as in `data/classes.py`."""
    hidden: tuple[int, ...] = (800, 400)
    """Units of the hidden layers."""
    activation: Activation = "gelu"
    """What follows each hidden layer."""
    dropout: float = 0.1
    """The probability with which a hidden unit is dropped while training."""
    epochs: int = 100
    """Passes over the images, each time distorted anew."""
    batch: int = 128
    """Images per step."""
    rate: float = 0.001
    """The learning rate (AdamW) at its highest; it falls to 0 along a cosine."""
    weight_decay: float = 0.01
    """What weights lose per step, times the learning rate."""
    smoothing: float = 0.05
    """The share of the target that is spread over all classes (label smoothing)."""
    drawn: float = 0.25
    """The share of drawn characters among the images of a batch; 1 without data of one's own."""
    distort: float = 1.0
    """How strongly images are distorted, as a multiple of the usual; 0 leaves them as they are."""
    patience: int | None = None
    """Stop after so many epochs without a better loss on the images held out."""
    seed: int = 0
    """Determines the first weights, the order, the distortions, what is dropped and drawn."""

    def __post_init__(self) -> None:
        """Checks the ranges.

        Raises:
            ValueError: naming the setting that is out of range.
        """
        object.__setattr__(self, "hidden", tuple(self.hidden))
        for name, least, most in _WHOLE:
            value = getattr(self, name)
            if name == "patience" and value is None:
                continue
            if not isinstance(value, int) or not least <= value <= most:
                raise ValueError(f"{name} must be {least} to {most}, not {value}")
        for name, highest in _RANGES:
            value = getattr(self, name)
            if not isinstance(value, int | float) or not 0 <= value <= highest:
                raise ValueError(f"{name} must be 0 to {highest:g}, not {value}")
        if not all(isinstance(size, int) and 1 <= size <= 10_000 for size in self.hidden):
            raise ValueError(f"hidden must be sizes from 1 to 10000, not {list(self.hidden)}")
        if self.activation not in ACTIVATIONS:
            known = ", ".join(ACTIVATIONS)
            raise ValueError(f"activation must be one of {known}, not {self.activation!r}")
        if self.rate == 0:
            raise ValueError(f"rate must be above 0, not {self.rate}")

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> Self:
        """The settings of a file, as `dataclasses.asdict` has them.

        Raises:
            ValueError: naming a setting that is unknown or out of range.
        """
        known = {each.name for each in fields(cls)}
        for name in settings:
            if name not in known:
                raise ValueError(f"unknown setting {name!r}: choose {', '.join(sorted(known))}")
        return cls(**settings)


_WHOLE = (
    ("classes", 2, len(CLASSES)),
    ("epochs", 1, 1_000_000),
    ("batch", 1, 100_000),
    ("patience", 1, 1_000_000),
    ("seed", 0, 2**63),
)
_RANGES = (
    ("dropout", 0.99),
    ("rate", 10),
    ("weight_decay", 10),
    ("smoothing", 0.99),
    ("drawn", 1),
    ("distort", 10),
)


class Examples(NamedTuple):
    """Images uint8 [N, 28, 28], white on black, and their labels int64 [N]."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]

    @property
    def batch(self) -> Batch:
        """As a model takes them: grey values from 0 to 1, float32 [N, 784], and labels."""
        return as_rows(self.images), self.labels


def as_rows(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Images [N, 28, 28] as grey values from 0 to 1, float32 [N, 784]."""
    return images.reshape(len(images), PIXELS) * np.float32(1 / 255)


def hold_out(examples: Examples, part: int, parts: int) -> tuple[Examples, Examples]:
    """Splits off one of several parts of equal size, each of which every example is in once.

    Args:
        examples: N of them; the parts are drawn by lot, always the same.
        part: which, from 1 to `parts`.
        parts: how many.

    Returns:
        The others, and the part.

    Raises:
        ValueError: if there is no such part, or fewer examples than parts.
    """
    if not 2 <= parts <= len(examples.labels) or not 1 <= part <= parts:
        raise ValueError(
            f"hold out 1/{parts} to {parts}/{parts} of at least {parts} images, not {part}/{parts} "
            f"of {len(examples.labels)}"
        )
    order = np.random.default_rng(0).permutation(len(examples.labels))
    chosen = np.zeros(len(order), bool)
    chosen[order[part - 1 :: parts]] = True
    images, labels = examples
    return Examples(images[~chosen], labels[~chosen]), Examples(images[chosen], labels[chosen])


@dataclass(frozen=True)
class FreshImages:
    """The minibatches of an epoch: distorted images, and drawn ones among them.

    Attributes:
        config: how many and how.
        examples: images of one's own; without any, all are drawn.
    """

    config: ClassifierConfig
    examples: Examples | None = None
    _drawn: Drawn | None = field(init=False, repr=False, default=None)

    def __post_init__(self) -> None:
        """Prepares what is drawn.

        Raises:
            ValueError: if there is nothing to train on.
        """
        share = self.config.drawn
        if share:
            characters = CLASSES[: self.config.classes]
            object.__setattr__(self, "_drawn", Drawn(characters, seed=self.config.seed))
        if (share == 1) != (self.examples is None):
            raise ValueError(
                "a share of 1 drawn images is for training without images of one's own"
            )

    def __len__(self) -> int:
        """Batches in an epoch."""
        return -(-self.images // self.config.batch)

    @property
    def images(self) -> int:
        """Images in an epoch, drawn ones included."""
        if self.examples is None:
            return DRAWN_EPOCH
        return round(len(self.examples.labels) / (1 - self.config.drawn))

    def __call__(self, rng: Generator) -> Iterator[Batch]:
        """The minibatches of one epoch."""
        own = 0 if self.examples is None else len(self.examples.labels)
        order = rng.permutation(own)
        ends = np.linspace(0, (own, self.images), len(self) + 1).astype(int)[1:]
        done = total = 0
        for own_end, end in ends.tolist():
            yield self._batch(order[done:own_end], end - total - (own_end - done), rng)
            done, total = own_end, end

    def _batch(self, chosen: NDArray[np.int64], drawn: int, rng: Generator) -> Batch:
        parts = []
        if self.examples is not None:
            parts.append((self.examples.images[chosen], self.examples.labels[chosen]))
        if self._drawn is not None and drawn:
            parts.append(self._drawn.batch(drawn, rng))
        images, labels = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        return distort(images, USUAL.times(self.config.distort), rng), self._targets(labels)

    def _targets(self, labels: NDArray[np.int64]) -> Array:
        """Labels [N], or with smoothing probabilities [N, K]."""
        config = self.config
        if not config.smoothing:
            return labels
        targets = np.full((len(labels), config.classes), config.smoothing / config.classes)
        targets[np.arange(len(labels)), labels] += 1 - config.smoothing
        return targets.astype(np.float32)


def new_trainer(config: ClassifierConfig, batches: FreshImages) -> Trainer:
    """A new network and what trains it; `fit(batches)` begins, after `resume(path)` it goes on."""
    model = MLP(
        [PIXELS, *config.hidden, config.classes],
        activation=config.activation,
        dropout=config.dropout,
        seed=config.seed,
    )
    steps = config.epochs * len(batches)
    rate = Cosine(config.rate, steps, warm_up=min(500, steps // 20))
    optimizer = AdamW(rate, weight_decay=config.weight_decay)
    return Trainer(model, optimizer, TrainingConfig(config.epochs, config.seed, config.patience))
