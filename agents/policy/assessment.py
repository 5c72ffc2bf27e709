"""What is known of sequences of moves before they are learned from.

Letters in shapes: N boards, T moves, S sequences; four moves.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.policy.buffer import Block
from agents.policy.config import PolicyConfig
from agents.policy.losses import chances, legal_moves
from agents.policy.returns import Floats, vtrace

Forward = Callable[[NDArray[np.uint64]], tuple[Floats, Floats]]


class Assessment(NamedTuple):
    """What the network of today says, and how the moves turned out; [T, S], in points / scale."""

    moves: NDArray[np.int8]
    """Those to learn: the moves made or, while imitating, the teacher's."""
    reference: Floats
    """Their log pi."""
    targets: Floats
    """What the critic is to say."""
    advantages: Floats
    """How much better than expected the moves were."""
    surprises: Floats
    """Targets less what the critic says."""
    ratios: Floats
    """pi / mu of the moves made."""

    @classmethod
    def joined(cls, parts: "list[Assessment]") -> "Assessment":
        """That of all sequences side by side."""
        return cls(*(np.concatenate(arrays, axis=-1) for arrays in zip(*parts, strict=True)))


def recall(block: Block, values: Floats, config: PolicyConfig) -> Assessment:
    """What `assess` would find of a block just played, without asking the network again.

    Args:
        block: T moves of S sequences.
        values: what the critic said when they were played, float32 [T + 1, S].
        config: scale, gamma, trace.
    """
    ratios = np.ones_like(block.rewards)
    found = vtrace(
        block.rewards / np.float32(config.scale), block.ends, values, ratios, config.gamma,
        config.trace,
    )  # fmt: skip
    surprises = found.targets - values[:-1]
    return Assessment(
        block.actions, block.log_chances, found.targets, found.advantages, surprises, ratios
    )


def assess(block: Block, forward: Forward, config: PolicyConfig, imitate: bool) -> Assessment:
    """Looks at sequences again.

    Args:
        block: the sequences.
        forward: boards [N] -> logits [4, N] and values [N].
        config: the discount, lambda and scale.
        imitate: whether a teacher's moves are to be learned.
    """
    rows, count = block.boards.shape
    logits, values = forward(block.boards.ravel())
    values = values.reshape(rows, count)
    size = (rows - 1) * count
    log, _ = chances(logits[:, :size], legal_moves(block.masks[:-1].ravel()))
    numbers = np.arange(size)
    made = log[block.actions.ravel(), numbers].reshape(rows - 1, count)
    ratios = np.exp(made - block.log_chances)
    rewards = block.rewards / np.float32(config.scale)
    found = vtrace(rewards, block.ends, values, ratios, config.gamma, config.trace)
    moves = block.labels if imitate else block.actions
    reference = log[moves.ravel(), numbers].reshape(made.shape)
    surprises = found.targets - values[:-1]
    return Assessment(moves, reference, found.targets, found.advantages, surprises, ratios)
