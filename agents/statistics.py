"""What is said of many games: shares that reach a tile, means with intervals."""

import numpy as np
from numpy.typing import NDArray

from env2048.board import MAX_EXPONENT

TILES = [1 << exponent for exponent in range(1, MAX_EXPONENT + 1)]
"""Face values of all tiles: 2, 4, ... 131072."""


def tile_rates(largest: NDArray[np.int64]) -> dict[str, float]:
    """Share of games that reached at least each tile; all tiles are there, "2" to "131072".

    Args:
        largest: the largest exponent of each game, int64 [G].
    """
    if not len(largest):
        return {str(tile): 0.0 for tile in TILES}
    return {str(tile): float((largest >= k).mean()) for k, tile in enumerate(TILES, start=1)}


def mean_interval(values: NDArray[np.int64]) -> tuple[float, tuple[float, float]]:
    """Mean and its 95% confidence interval, mean -+ 1.96 standard errors (normal approximation).

    With fewer than two values the interval is the mean itself.
    """
    mean = float(values.mean()) if len(values) else 0.0
    if len(values) < 2:
        return mean, (mean, mean)
    half = 1.96 * float(values.std(ddof=1)) / len(values) ** 0.5
    return mean, (mean - half, mean + half)
