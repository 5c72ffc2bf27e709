"""What a round learns from, and the gradients that a batch of it gives.

Letters in shapes: N boards.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from agents.policy.assessment import Assessment
from agents.policy.buffer import Block
from agents.policy.losses import PolicyLoss, legal_moves, value_loss
from agents.policy.network import PolicyNetwork
from agents.policy.parts import divided
from agents.policy.symmetries import MASKS, MOVES, transformed


@dataclass(frozen=True)
class Lessons:
    """Boards of many moves in a row, and what is to be learned of each.

    Attributes:
        boards: packed, as the network sees them, uint64 [N].
        masks: legal moves as bits, uint8 [N].
        moves: those made, int8 [N].
        advantages: of the moves, weighted by how much likelier they had become when the round
            began, float32 [N].
        reference: log pi of the moves when the round began, float32 [N].
        targets: what the critic is to say, float32 [N].
        surprises: targets less what it said when the round began, float32 [N].
        weights: how much each move counts in the averages, 1 on average, float32 [N].
    """

    boards: NDArray[np.uint64]
    masks: NDArray[np.uint8]
    moves: NDArray[np.int8]
    advantages: NDArray[np.float32]
    reference: NDArray[np.float32]
    targets: NDArray[np.float32]
    surprises: NDArray[np.float32]
    weights: NDArray[np.float32]

    def take(
        self, chosen: NDArray[np.int64] | slice, factors: NDArray[np.float64] | None = None
    ) -> "Lessons":
        """Some of them; with factors, [K], each weighted by so much more than it was."""
        taken = Lessons(**{name: array[chosen] for name, array in vars(self).items()})
        if factors is None:
            return taken
        return replace(taken, weights=(taken.weights * factors).astype(np.float32))

    def batches(self, size: int) -> "list[Lessons]":
        """All of them, in order, about so many at a time."""
        count = len(self.boards)
        return [self.take(piece) for piece in divided(count, max(1, round(count / size)))]

    def seen(self, symmetries: NDArray[np.int8]) -> "Lessons":
        """The same on pictures of the boards by these symmetries, int8 [N]."""
        return replace(
            self,
            boards=transformed(self.boards, symmetries),
            masks=MASKS[symmetries, self.masks],
            moves=MOVES[symmetries, self.moves],
        )


def all_moves(
    block: Block, judged: Assessment, weights: NDArray[np.float64], imitate: bool
) -> Lessons:
    """Every move of a block, as it was judged.

    Args:
        block: T moves of S sequences.
        judged: how they turned out.
        weights: of the sequences, [S].
        imitate: whether all moves are to be made likelier, however they turned out.
    """
    moves = judged.moves
    each = np.broadcast_to(weights / weights.mean(), moves.shape)
    if imitate:
        advantages = np.ones_like(judged.advantages)
    else:
        centre = np.average(judged.advantages, weights=each)
        spread = np.average((judged.advantages - centre) ** 2, weights=each) ** 0.5
        advantages = (judged.advantages - centre) / (spread + 1e-6) * np.minimum(judged.ratios, 1)
    return Lessons(
        block.boards[:-1].ravel(),
        block.masks[:-1].ravel(),
        moves.ravel(),
        advantages.ravel().astype(np.float32),
        judged.reference.ravel(),
        judged.targets.ravel(),
        judged.surprises.ravel(),
        each.ravel().astype(np.float32),
    )


def derive(
    network: PolicyNetwork,
    lessons: Lessons,
    loss: PolicyLoss,
    critic: float,
    share: float,
) -> dict[str, float]:
    """Sets the network's gradients to those of a part of a batch.

    Args:
        network: its gradients are set.
        lessons: the part.
        loss: the policy's.
        critic: the weight of the critic's loss.
        share: which share of the batch the part is; the gradients are so much of its own.

    Returns:
        What it was like, each number an average over the part.
    """
    logits, values = network.forward(lessons.boards)
    legal = legal_moves(lessons.masks)
    policy = loss(
        logits, legal, lessons.moves, lessons.advantages, lessons.reference, lessons.weights
    )
    value, delta = value_loss(values, lessons.targets, lessons.weights, critic)
    factor = network.dtype.type(share)
    network.gradients(policy.delta.astype(network.dtype) * factor, delta * factor)
    return {
        "policy_loss": policy.loss,
        "value_loss": value,
        "entropy": policy.entropy,
        "kl": policy.divergence,
        "clipped": policy.clipped,
    }
