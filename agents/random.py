"""The weakest baseline: any legal move."""

import numpy as np
from numpy.typing import NDArray

from agents.base import Rng, RuleAgent, afterstates, best_moves


class RandomAgent(RuleAgent):
    """Chooses among the legal moves with equal probability; without `rng`, from fresh entropy."""

    name = "random"
    deterministic = False

    def values_many(self, boards: NDArray[np.uint8]) -> NDArray[np.float64]:
        """All legal moves are worth the same: 0."""
        _, _, legal = afterstates(boards)
        return np.where(legal, 0.0, np.nan)

    def choose(self, values: NDArray[np.float64], rng: Rng | None = None) -> NDArray[np.int64]:
        """The legal move that gets the largest of four random numbers."""
        rng = rng or np.random.default_rng()
        return best_moves(np.where(np.isnan(values), np.nan, rng.random(values.shape)))
