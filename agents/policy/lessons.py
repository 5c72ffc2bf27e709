"""What a round learns from, and the gradients that a batch of it gives.

Letters in shapes: N boards.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.policy.losses import PolicyLoss, legal_moves, value_loss
from agents.policy.network import PolicyNetwork
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
    """

    boards: NDArray[np.uint64]
    masks: NDArray[np.uint8]
    moves: NDArray[np.int8]
    advantages: NDArray[np.float32]
    reference: NDArray[np.float32]
    targets: NDArray[np.float32]

    def take(self, chosen: NDArray[np.int64]) -> "Lessons":
        """Some of them."""
        return Lessons(**{name: array[chosen] for name, array in vars(self).items()})

    def seen(self, symmetries: NDArray[np.int8]) -> "Lessons":
        """The same on pictures of the boards by these symmetries, [N]."""
        return Lessons(
            transformed(self.boards, symmetries),
            MASKS[symmetries, self.masks],
            MOVES[symmetries, self.moves],
            self.advantages,
            self.reference,
            self.targets,
        )


def derive(
    network: PolicyNetwork,
    lessons: Lessons,
    symmetries: NDArray[np.int8] | None,
    loss: PolicyLoss,
    critic: float,
    share: float,
) -> dict[str, float]:
    """Sets the network's gradients to those of a part of a batch.

    Args:
        network: its gradients are set.
        lessons: the part.
        symmetries: how to see the boards, int8 [N]; None: as they are.
        loss: the policy's.
        critic: the weight of the critic's loss.
        share: which share of the batch the part is; the gradients are so much of its own.

    Returns:
        What it was like, each number an average over the part.
    """
    if symmetries is not None:
        lessons = lessons.seen(symmetries)
    logits, values = network.forward(lessons.boards)
    legal = legal_moves(lessons.masks)
    policy = loss(logits, legal, lessons.moves, lessons.advantages, lessons.reference)
    value, delta = value_loss(values, lessons.targets, critic)
    factor = network.dtype.type(share)
    network.gradients(policy.delta.astype(network.dtype) * factor, delta * factor)
    return {
        "policy_loss": policy.loss,
        "value_loss": value,
        "entropy": policy.entropy,
        "kl": policy.divergence,
        "clipped": policy.clipped,
    }
