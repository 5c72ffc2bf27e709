"""How good are samples? A judge's accuracy, their diversity, and their distance from real data.

A judge is a classifier that was trained apart, on data that the generator has not seen. Accuracy
alone is no measure, since a generator that repeats one clear picture per class gets all of it. So
three numbers belong together, all from the same samples:

* accuracy: the share of samples that the judge takes for the class that was asked for;
* diversity: the mean distance of two samples of one class in the judge's last hidden layer, over
  that of real images, averaged over the classes;
* Frechet distance: how far the Gaussian around the samples in that layer is from the Gaussian
  around real images (Heusel et al. 2017, eq. 6, there with another network),

      |m_1 - m_2|^2 + tr(C_1 + C_2 - 2 (C_1 C_2)^(1/2))

  The last falls with the number of images and depends on the judge, so it is quoted beside the same
  distance between two sets of real images of the same size.

Letters: N images, D units of the judge's last hidden layer, K classes.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from networks.arrays import Array
from networks.classifier import PIXELS, Examples, as_rows
from networks.data.augment import Distortion, distort
from networks.data.classes import CLASSES, LOOK_ALIKES
from networks.models.mlp import MLP
from networks.optimizers import AdamW
from networks.schedules import Cosine
from networks.training import Batch, Minibatches, Trainer, TrainingConfig

HIDDEN = (512, 256, 128)
_AT_ONCE = 1000

_ALIKE = (*(pair for pair in LOOK_ALIKES if pair != "Oo"), "0Oo", "1Il")


def judged_as(classes: int) -> NDArray[np.int64]:
    """For each label 0 to K - 1 the number of the class that it is judged as, int64 [K].

    What fonts cannot tell apart is one class: c k o p s u v w x z with their capitals, 0 with O, 1
    with I and l.

    Example:
        >>> judged_as(10).tolist()
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
        >>> judged_as(62).max() + 1
        np.int64(49)
    """
    first = np.arange(len(CLASSES))
    for group in _ALIKE:
        labels = [CLASSES.index(character) for character in group]
        first[labels] = min(labels)
    return np.unique(first[:classes], return_inverse=True)[1].astype(np.int64)


@dataclass(frozen=True)
class Judge:
    """A classifier, and what is judged as one class.

    Attributes:
        model: 784 inputs, D units in its last hidden layer.
        merged: int64 [K], see `judged_as`.
    """

    model: MLP
    merged: NDArray[np.int64]

    def look(self, images: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Features float64 [N, D] of images uint8 [N, 28, 28], and its answers [N]."""
        features, answers = [], []
        *hidden, last = self.model.network.layers
        for start in range(0, len(images), _AT_ONCE):
            x = self.model.as_input(as_rows(images[start : start + _AT_ONCE]))
            for layer in hidden:
                x = layer.forward(x)
            features.append(x.T.astype(np.float64))
            answers.append(last.forward(x).argmax(axis=0))
        return np.concatenate(features), np.concatenate(answers)

    def accuracy(self, examples: Examples) -> float:
        """The share of examples of which it is right."""
        return float(np.mean(self.look(examples.images)[1] == self.merged[examples.labels]))


def train_judge(
    examples: Examples,
    classes: int,
    *,
    epochs: int = 10,
    distortion: Distortion | None = None,
    seed: int = 0,
    on_step: Callable[[int, float], None] | None = None,
) -> Judge:
    """A judge that learns from examples which the generator must not have seen.

    Args:
        examples: images and labels.
        classes: K.
        epochs: passes over them.
        distortion: how they are changed at each pass; None: not at all.
        seed: determines the judge.
        on_step: given the number of steps made and the loss.
    """
    merged = judged_as(classes)
    count = int(merged.max()) + 1

    def ready(rng: np.random.Generator, images: Array, labels: Array) -> Batch:
        rows = distort(images, distortion, rng) if distortion else as_rows(images)
        return rows, merged[labels]

    batches = Minibatches((examples.images, examples.labels), 256, ready)
    model = MLP([PIXELS, *HIDDEN, count], activation="gelu", dropout=0.1, seed=seed)
    steps = epochs * len(batches)
    optimizer = AdamW(Cosine(0.002, steps, warm_up=min(200, steps // 10)), weight_decay=0.01)
    Trainer(model, optimizer, TrainingConfig(epochs, seed)).fit(batches, on_step=on_step)
    return Judge(model, merged)


def frechet_distance(first: Array, second: Array) -> float:
    """The squared Frechet distance of the Gaussians around two sets of points.

    (C_1 C_2)^(1/2) has the trace of the root of C_1^(1/2) C_2 C_1^(1/2), which is symmetric.

    Args:
        first: [N, D].
        second: [M, D].
    """
    means = first.mean(axis=0) - second.mean(axis=0)
    c1, c2 = (np.cov(points, rowvar=False) for points in (first, second))
    values, vectors = np.linalg.eigh(c1)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    cross = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ c2 @ root), 0)).sum()
    return float(means @ means + np.trace(c1) + np.trace(c2) - 2 * cross)


def mean_distance(points: Array) -> float:
    """The mean distance of two different points among [N, D]; N is 2 or more."""
    squares = (points**2).sum(axis=1)
    distances = np.sqrt(np.maximum(squares[:, None] + squares - 2 * points @ points.T, 0))
    np.fill_diagonal(distances, 0)
    count = len(points)
    return float(distances.sum()) / (count * (count - 1))


def diversity(samples: Array, labels: Array, real: Array, real_labels: Array) -> float:
    """Mean distances per class [N, D] over those of real data [M, D], averaged over classes.

    Classes that have fewer than two samples, or real examples, are left out.

    Raises:
        ValueError: if those are all.
    """
    ratios = []
    for label in np.unique(labels):
        own, theirs = samples[labels == label], real[real_labels == label]
        if min(len(own), len(theirs)) >= 2:
            ratios.append(mean_distance(own) / max(mean_distance(theirs), 1e-12))
    if not ratios:
        raise ValueError("no class has two samples and two real images")
    return float(np.mean(ratios))


@dataclass(frozen=True)
class Quality:
    """What a judge finds in samples.

    Attributes:
        count: N.
        errors: samples that the judge takes for another class.
        diversity: 1 is as diverse as real data.
        frechet: the distance of the samples from real data.
        frechet_real: that of other real data.
    """

    count: int
    errors: int
    diversity: float
    frechet: float
    frechet_real: float

    @property
    def accuracy(self) -> float:
        """The share that is taken for what was asked for."""
        return 1 - self.errors / self.count

    @property
    def frechet_ratio(self) -> float:
        """1 is as near as other real data."""
        return self.frechet / self.frechet_real


def assess(samples: Examples, judge: Judge, reference: Examples, other: Examples) -> Quality:
    """Judges samples.

    Args:
        samples: made by a generator, N.
        judge: trained on data apart from all other arguments.
        reference: real data, N, that the generator has not seen.
        other: as many other real data.
    """
    features, answers = judge.look(samples.images)
    real, _ = judge.look(reference.images)
    others, _ = judge.look(other.images)
    both = np.concatenate([real, others])
    both_labels = np.concatenate([reference.labels, other.labels])
    return Quality(
        count=len(answers),
        errors=int(np.sum(answers != judge.merged[samples.labels])),
        diversity=diversity(features, samples.labels, both, both_labels),
        frechet=frechet_distance(features, real),
        frechet_real=frechet_distance(others, real),
    )
