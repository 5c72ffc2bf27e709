"""The losses of the policy and of its critic, with their derivatives.

Each is an average over the examples, which may be weighted: 1/N sum_n w_n c_n. The factor w_n/N is
in the derivatives, as 1/N is in `networks.losses`.

Letters in shapes: N examples; four moves.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from networks.arrays import Array

_BITS = np.arange(4, dtype=np.uint8)[:, np.newaxis]


class Chances(NamedTuple):
    """A policy on boards."""

    log: Array
    """log pi, [4, N]; 0 where the move is illegal."""
    pi: Array
    """Probabilities, [4, N]; 0 where the move is illegal."""


def legal_moves(masks: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Masks of bits as flags; uint8 [N] -> bool [4, N]."""
    return (masks >> _BITS & 1).astype(np.bool_)


def chances(logits: Array, legal: NDArray[np.bool_]) -> Chances:
    """Softmax over the legal moves alone, and its logarithm; [4, N], bool [4, N].

    log pi_a = z_a - log sum_b e^z_b over the legal b: an illegal move has no probability, and its
    logit no influence, so no derivative either.
    """
    lowest = np.finfo(logits.dtype).min
    masked = np.where(legal, logits, lowest)
    shifted = masked - masked.max(axis=0)
    exponentials = np.exp(shifted) * legal
    total = exponentials.sum(axis=0)
    log = np.where(legal, shifted - np.log(total), 0)
    return Chances(log, exponentials / total)


def log_chances(
    logits: Array, masks: NDArray[np.uint8], moves: NDArray[np.integer]
) -> NDArray[np.floating]:
    """log pi of one move of each board, [N]; its logits [4, N], legal moves as bits [N]."""
    log, _ = chances(logits, legal_moves(masks))
    return log[moves, np.arange(len(moves))]


class PolicyTerms(NamedTuple):
    """The policy's loss and what is worth knowing about it."""

    loss: float
    delta: Array
    """The derivative by the logits, [4, N]."""
    entropy: float
    """Mean entropy of the policy, in nats."""
    divergence: float
    """Estimated KL from the policy of reference: mean of ratio - 1 - log ratio (Schulman 2020)."""
    clipped: float
    """The share of examples that are clipped."""


@dataclass(frozen=True)
class PolicyLoss:
    """The policy gradient, with the clipped ratio of PPO or without, and an entropy bonus.

    With r = pi_a / ref_a, how much likelier the move made is than by the policy of reference:

        clip set:   C = 1/N sum_n w (-min(r A, clip(r, 1 - clip, 1 + clip) A) - entropy H)
        clip None:  C = 1/N sum_n w (-A log pi_a - entropy H)

    (Schulman et al. 2017, eq. 7; Williams 1992.) Where the clipped side is the smaller the
    derivative is 0; else by d log pi_a / dz_b = 1[a = b] - pi_b

        dC/dz_b = w/N (-A r (1[a = b] - pi_b) + entropy pi_b (log pi_b + H)),   r = 1 with clip None

    as dH/dz_b = -pi_b (log pi_b + H). With A = 1 and no clipping it is the cross-entropy of moves
    that are to be imitated.
    """

    clip: float | None = 0.2
    entropy: float = 0.0

    def __call__(
        self,
        logits: Array,
        legal: NDArray[np.bool_],
        moves: NDArray[np.integer],
        advantages: Array,
        reference: Array,
        weights: Array,
    ) -> PolicyTerms:
        """The terms.

        Args:
            logits: [4, N].
            legal: bool [4, N].
            moves: those made, integers [N].
            advantages: A, [N].
            reference: log ref_a, [N].
            weights: w, [N].
        """
        count = logits.shape[1]
        columns = np.arange(count)
        log, pi = chances(logits, legal)
        entropy = -(pi * log).sum(axis=0)
        chosen = log[moves, columns]
        ratio = np.exp(chosen - reference)
        used = np.ones(count, np.bool_)
        if self.clip is None:
            pull, gain = advantages, advantages * chosen
        else:
            limited = np.clip(ratio, 1 - self.clip, 1 + self.clip)
            used = ratio * advantages <= limited * advantages
            gain = np.where(used, ratio, limited) * advantages
            pull = np.where(used, ratio * advantages, 0)
        delta = pi * pull
        delta[moves, columns] -= pull
        delta += self.entropy * pi * (log + entropy)
        delta *= weights / count
        mean_entropy = float(weights @ entropy) / count
        loss = -float(weights @ gain) / count - self.entropy * mean_entropy
        divergence = float(weights @ (ratio - 1 - (chosen - reference))) / count
        clipped = float(weights @ ~used) / count
        return PolicyTerms(loss, delta, mean_entropy, divergence, clipped)


def value_loss(values: Array, targets: Array, weights: Array, factor: float) -> tuple[float, Array]:
    """factor/N sum_n w_n (V - v)^2 / 2 and its derivative factor w_n (V - v) / N, [N]."""
    error = values - targets
    delta = weights * error * (factor / len(error))
    return float(delta @ error) / 2, delta
