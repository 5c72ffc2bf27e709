"""Do two samples come from one distribution? The energy distance, and how likely chance makes it.

Letters: N and M points in F dimensions.
"""

import numpy as np

from networks.arrays import Array


def energy_distance(first: Array, second: Array) -> float:
    """2 E|x - y| - E|x - x'| - E|y - y'|, which is 0 only for equal distributions.

    Székely & Rizzo 2013, eq. 2.

    Args:
        first: x, [N, F].
        second: y, [M, F].
    """
    points = np.concatenate([first, second])
    return _statistic(_distances(points), np.arange(len(points)) < len(first))


def same_distribution(
    first: Array, second: Array, rng: np.random.Generator, permutations: int = 200
) -> float:
    """How often points that are shared out by lot are as far apart, from 0 to 1.

    A permutation test: below 0.01, say, the two samples hardly come from one distribution.

    Args:
        first: [N, F].
        second: [M, F].
        rng: draws the lots.
        permutations: how many times.
    """
    points = np.concatenate([first, second])
    distances, own = _distances(points), np.arange(len(points)) < len(first)
    found = _statistic(distances, own)
    as_far = sum(_statistic(distances, rng.permutation(own)) >= found for _ in range(permutations))
    return (1 + as_far) / (1 + permutations)


def _distances(points: Array) -> Array:
    squares = (points**2).sum(axis=1)
    return np.sqrt(np.maximum(squares[:, None] + squares - 2 * points @ points.T, 0))


def _statistic(distances: Array, own: Array) -> float:
    a = own / own.sum()
    b = ~own / (~own).sum()
    return float((a - b) @ distances @ (b - a))
