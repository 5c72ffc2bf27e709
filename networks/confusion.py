"""How good a classifier is: accuracy, what it takes for what, and its worst mistakes.

Shapes: N images, K classes.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Judgement:
    """What a classifier said about images whose labels are known.

    Attributes:
        labels: int64 [N], 0 to K - 1.
        probabilities: float32 [N, K].
    """

    labels: NDArray[np.int64]
    probabilities: NDArray[np.float32]

    @property
    def answers(self) -> NDArray[np.int64]:
        """The most probable class of each, int64 [N]."""
        return self.probabilities.argmax(axis=1)

    @property
    def count(self) -> int:
        """N."""
        return len(self.labels)

    @property
    def errors(self) -> int:
        """How many answers are wrong."""
        return int(np.count_nonzero(self.answers != self.labels))

    @property
    def accuracy(self) -> float:
        """The share of right answers, 0 to 1."""
        return (self.count - self.errors) / self.count

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% interval of the accuracy."""
        return wilson_interval(self.count - self.errors, self.count)

    def confusion(self) -> NDArray[np.int64]:
        """How often images of class i (row) were taken for class j (column), int64 [K, K]."""
        classes = self.probabilities.shape[1]
        pairs = self.labels * classes + self.answers
        return np.bincount(pairs, minlength=classes**2).reshape(classes, classes)

    def frequent_mistakes(self) -> list[tuple[int, int, int]]:
        """True class, answer, and how often, for all wrong answers; the most frequent first."""
        counts = self.confusion()
        np.fill_diagonal(counts, 0)
        pairs = np.argwhere(counts).tolist()
        found = [(row, column, int(counts[row, column])) for row, column in pairs]
        return sorted(found, key=lambda each: -each[2])

    def mistakes(self) -> NDArray[np.int64]:
        """The images that were taken for something else, int64: the surest mistakes first.

        How sure: the log-probability of the answer over that of the truth.
        """
        everyone = np.arange(self.count)
        wrong = everyone[self.answers != self.labels]
        chances = np.log(np.maximum(self.probabilities[wrong], np.float32(1e-30)))
        rows = np.arange(len(wrong))
        surplus = chances[rows, self.answers[wrong]] - chances[rows, self.labels[wrong]]
        return wrong[np.argsort(-surplus, kind="stable")]


def wilson_interval(successes: int, trials: int, z: float = 1.96) -> tuple[float, float]:
    """The interval that holds a probability with 95%, after some trials (Wilson 1927, eq. 8).

    Example:
        >>> [round(end, 4) for end in wilson_interval(7920, 8000)]
        [0.9876, 0.992]
    """
    share = successes / trials
    middle = share + z * z / (2 * trials)
    reach = z * math.sqrt(share * (1 - share) / trials + (z / (2 * trials)) ** 2)
    scale = 1 + z * z / trials
    return max((middle - reach) / scale, 0.0), min((middle + reach) / scale, 1.0)
