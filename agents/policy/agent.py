"""The policy as a player.

Letters in shapes: N boards, K of them, S the side of a board (4).
"""

import threading
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agents.base import Agent
from agents.errors import AgentFileError
from agents.policy import kernels
from agents.policy.losses import chances, legal_moves
from agents.policy.network import PolicyNetwork
from agents.policy.storage import Tensors, pack_policy, unpack_policy
from agents.policy.symmetries import MOVES
from agents.training.checkpoints import write_checkpoint
from networks.arrays import Array

AT_ONCE = 4096
"""Boards that the network looks at together."""


class PolicyAgent(Agent):
    """Plays the likeliest move of a policy network, on boards of size 4; it does not look ahead.

    What `values` gives are the probabilities of the moves. The network reads tiles above 32768 as
    32768; which moves are legal is exact up to 131072. Its critic makes it a player that
    `SearchAgent` can look ahead with.

    Attributes:
        network: the policy and its critic.
        scale: points that the critic counts as 1.
        gamma: the discount that the critic was trained with.
        turns: whether boards are turned to their canonical pictures.
    """

    name = "policy"
    size = 4

    def __init__(
        self, network: PolicyNetwork, scale: float, gamma: float, turns: bool = True
    ) -> None:
        self.network = network
        self.scale, self.gamma, self.turns = scale, gamma, turns
        self._local = threading.local()

    @classmethod
    def from_tensors(cls, tensors: Tensors, metadata: dict[str, Any], file: str) -> "PolicyAgent":
        """The agent of a checkpoint, exact or rounded; `file` is named in errors."""
        network = unpack_policy(tensors, metadata, file)
        try:
            scale, gamma = float(metadata["scale"]), float(metadata["gamma"])
            turns = metadata["turns"]
            if not (0 < scale < np.inf and 0 <= gamma <= 1 and isinstance(turns, bool)):
                raise ValueError
        except (KeyError, ValueError, TypeError):
            raise AgentFileError(f"{file}: does not say how its policy is to be used") from None
        return cls(network, scale, gamma, turns)

    def _forward(self, boards: NDArray[np.uint64]) -> tuple[Array, Array]:
        """Logits [4, N] and values [N]: each thread has memory of its own for what lies between."""
        if not hasattr(self._local, "network"):
            self._local.network = self.network.replica()
        logits, values = self._local.network.forward(boards)
        return logits, values

    def metadata(self) -> dict[str, Any]:
        """How the network is to be used, as files have it."""
        return {
            "agent": PolicyAgent.name,
            "scale": self.scale,
            "gamma": self.gamma,
            "turns": self.turns,
        }

    def save(self, path: str | Path) -> None:
        """Writes the network, exact."""
        write_checkpoint(path, *pack_policy(self.network, self.metadata()))

    def values_many(self, boards: NDArray[np.uint8]) -> NDArray[np.float64]:
        """The probability of each move, NaN if illegal; [N, 4, 4] -> [N, 4]."""
        probabilities = np.full((len(boards), 4), np.nan)
        for start in range(0, len(boards), AT_ONCE):
            piece = slice(start, start + AT_ONCE)
            probabilities[piece] = self._probabilities(boards[piece])
        return probabilities

    def _probabilities(self, boards: NDArray[np.uint8]) -> NDArray[np.float64]:
        packed, symmetries, masks = self._look(boards)
        alive = masks > 0
        logits, _ = self._forward(packed)
        legal = legal_moves(masks)
        pi = np.full((4, len(boards)), np.nan)
        pi[:, alive] = chances(logits[:, alive].astype(np.float64), legal[:, alive]).pi
        pi[~legal] = np.nan
        return np.take_along_axis(pi.T, MOVES[symmetries].astype(np.intp), axis=1)

    def _look(
        self, boards: NDArray[np.uint8]
    ) -> tuple[NDArray[np.uint64], NDArray[np.int8], NDArray[np.uint8]]:
        """Boards as the network sees them: packed, their symmetries, their legal moves as bits."""
        count = len(boards)
        cells = np.ascontiguousarray(boards, np.uint8).reshape(count, 16)
        packed, symmetries = np.empty(count, np.uint64), np.empty(count, np.int8)
        masks = np.empty(count, np.uint8)
        kernels.look_at(cells, self.turns, MOVES, packed, symmetries, masks)
        return packed, symmetries, masks

    def expected(self, board: ArrayLike) -> float:
        """The points that the critic still expects, discounted, of one board [4, 4]."""
        packed, _, masks = self._look(self._checked(np.asarray(board)[np.newaxis]))
        return float(self.scale * self._forward(packed)[1][0]) if masks[0] else 0.0

    def afterstate_values(self, boards: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Points to come after these moves: gamma times the mean of the critic over new tiles.

        [N, 4, 4] -> [N]. Dead boards are worth 0.
        """
        count = len(boards)
        cells = np.ascontiguousarray(boards, np.uint8).reshape(count, 16)
        after = np.empty(count, np.uint64)
        kernels.pack_many(cells, after)
        spawned, parents, shares = kernels.spawns(after, self.turns)
        values = np.empty(len(spawned))
        for start in range(0, len(spawned), AT_ONCE):
            piece = slice(start, start + AT_ONCE)
            values[piece] = self._forward(spawned[piece])[1]
        total = np.bincount(parents, shares * values, minlength=count)
        return self.gamma * self.scale * np.maximum(total, 0.0)
