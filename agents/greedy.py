"""A hand-made heuristic, one move deep: what a careful beginner looks for."""

import numpy as np
from numpy.typing import NDArray

from agents.base import RuleAgent, afterstates

EMPTY, ROUGH, UNORDERED = 50.0, 20.0, 40.0
"""Points for an empty cell, and against a step of one exponent between neighbours, or in a line
against its order. Chosen by trying a few; any of the same size plays alike."""


ALIVE = 20_000.0
"""What search adds to every afterstate, so that none looks worse than the end of the game, 0."""


class GreedyAgent(RuleAgent):
    """Takes the move with the most reward, space, smoothness and order."""

    name = "greedy"

    def values_many(self, boards: NDArray[np.uint8]) -> NDArray[np.float64]:
        """reward + 50 empty - 20 roughness - 40 disorder of each afterstate; NaN if illegal."""
        after, rewards, legal = afterstates(boards)
        size = boards.shape[1]
        quality = _quality(after.reshape(-1, size, size)).reshape(rewards.shape)
        return np.where(legal, rewards + quality, np.nan)

    def afterstate_values(self, boards: NDArray[np.uint8]) -> NDArray[np.float64]:
        """The same of afterstates, raised for `agents.search`; [N, size, size] -> [N]."""
        return ALIVE + _quality(boards)


def _quality(boards: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Worth of boards [N, size, size] by their looks, float64 [N]."""
    exponents = boards.astype(np.int64)
    quality = EMPTY * (boards == 0).sum(axis=(1, 2))
    for axis in (1, 2):
        steps = np.diff(exponents, axis=axis)
        rising = np.maximum(steps, 0).sum(axis=axis)  # per line [N, size]
        falling = np.maximum(-steps, 0).sum(axis=axis)
        quality -= ROUGH * (rising + falling).sum(axis=1)
        quality -= UNORDERED * np.minimum(rising, falling).sum(axis=1)
    return quality
