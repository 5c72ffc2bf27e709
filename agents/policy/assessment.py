"""What is known of sequences of moves before they are learned from.

Letters in shapes: N boards, T moves, S sequences; four moves.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from agents.policy.buffer import Block
from agents.policy.config import PolicyConfig
from agents.policy.losses import chances, legal_moves
from agents.policy.returns import Floats, vtrace
from agents.policy.sequences import Sequences

Forward = Callable[[NDArray[np.uint64]], tuple[Floats, Floats]]


@dataclass(frozen=True)
class Opinion(Sequences):
    """What a network says of T moves of S sequences.

    Attributes:
        values: of the boards, [T + 1, S], in points / scale.
        made: log pi of the moves made, [T, S].
        advised: log pi of the teacher's, [T, S]; of no meaning where none was asked.
    """

    values: Floats
    made: Floats
    advised: Floats

    @classmethod
    def empty(cls, moves: int, sequences: int) -> Self:
        """Room for one."""
        during = np.zeros((2, moves, sequences), np.float32)
        return cls(np.zeros((moves + 1, sequences), np.float32), *during)


@dataclass(frozen=True)
class Assessment(Sequences):
    """What the network of today says, and how the moves turned out; [T, S], in points / scale.

    Attributes:
        moves: those to learn: the moves made or, while imitating, the teacher's.
        reference: their log pi.
        targets: what the critic is to say.
        advantages: how much better than expected the moves were.
        surprises: targets less what the critic says.
        ratios: pi / mu of the moves made.
    """

    moves: NDArray[np.int8]
    reference: Floats
    targets: Floats
    advantages: Floats
    surprises: Floats
    ratios: Floats


def look(block: Block, forward: Forward) -> Opinion:
    """What the network of today says of sequences; boards [N] -> logits [4, N] and values [N]."""
    moves, sequences = block.actions.shape
    logits, values = forward(block.boards.ravel())
    count = moves * sequences
    log, _ = chances(logits[:, :count], legal_moves(block.masks[:-1].ravel()))
    numbers = np.arange(count)
    made, advised = (
        log[chosen.ravel(), numbers].reshape(moves, sequences)
        for chosen in (block.actions, block.labels)
    )
    return Opinion(values.reshape(moves + 1, sequences), made, advised)


def assess(block: Block, opinion: Opinion, config: PolicyConfig, imitate: bool) -> Assessment:
    """How moves turned out.

    Args:
        block: the sequences.
        opinion: what the network of today says of them.
        config: the discount, lambda and scale.
        imitate: whether a teacher's moves are to be learned.
    """
    ratios = np.exp(opinion.made - block.log_chances)
    rewards = block.rewards / np.float32(config.scale)
    # What a game would have brought that was left amid: what the critic says, so no error.
    rewards = np.where(np.isnan(rewards), opinion.values[:-1], rewards)
    found = vtrace(rewards, block.ends, opinion.values, ratios, config.gamma, config.trace)
    moves, reference = (block.labels, opinion.advised) if imitate else (block.actions, opinion.made)
    surprises = found.targets - opinion.values[:-1]
    return Assessment(moves, reference, found.targets, found.advantages, surprises, ratios)
