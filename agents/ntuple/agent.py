"""The n-tuple network as a player."""

from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.base import Agent, Games, Rng
from agents.ntuple.network import NTupleNetwork
from agents.ntuple.storage import Tensors, pack_network, unpack_network
from agents.training.checkpoints import write_checkpoint
from env2048.board import FOUR_PROBABILITY


class NTupleAgent(Agent):
    """Plays the move with the highest reward + V(afterstate), on boards of size 4.

    The network reads tiles above 32768 as 32768; moves and scores are exact up to 131072.
    """

    name = "ntuple"
    size = 4

    def __init__(self, network: NTupleNetwork) -> None:
        self.network = network

    @classmethod
    def from_tensors(cls, tensors: Tensors, metadata: dict[str, Any], file: str) -> "NTupleAgent":
        """The agent of a checkpoint, exact or compact, with the weights alone.

        Args:
            tensors, metadata: the checkpoint's. file: named in errors.
        """
        return cls(unpack_network(tensors, metadata, file, weights_only=True))

    def downgrading(self, limit: int | None, missing: int = 2) -> "NTupleAgent":
        """The same player with another limit to its tiles; None: without. See `downgrade.py`."""
        same = copy(self)
        same.network = replace(self.network, limit=limit, missing=missing)
        return same

    def save(self, path: str | Path) -> None:
        """Writes the network, exact."""
        tensors, metadata = pack_network(self.network)
        # The kind, not `self.name`: an agent that was loaded is called after its file.
        write_checkpoint(path, tensors, {"agent": NTupleAgent.name, **metadata})

    def values_many(self, boards: NDArray[np.uint8]) -> NDArray[np.float64]:
        """reward + V(afterstate) in points, NaN if illegal; [N, 4, 4] -> [N, 4].

        Of a downgraded board (see `downgrade.py`) they are those of the board with smaller tiles:
        good to choose by, but not the points that this one will bring.
        """
        return self.network.move_values(boards)

    def play(
        self,
        keys: NDArray[np.uint64],
        rng: Rng | None = None,
        four_probability: float = FOUR_PROBABILITY,
    ) -> Games:
        """Plays whole games in compiled code; nothing is random but the tiles."""
        return self.network.play(keys, four_probability)
