"""What moves turned out to be worth: V-trace, of which GAE is the case without a difference.

Letters in shapes: T moves, E sequences of them.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.policy import kernels

Floats = NDArray[np.float32]


class Returns(NamedTuple):
    """What `vtrace` finds."""

    targets: Floats
    """v_t, what the critic is to say of the board before each move, [T, E]."""
    advantages: Floats
    """How much better than expected each move was, [T, E]."""


def vtrace(
    rewards: Floats,
    ends: NDArray[np.bool_],
    values: Floats,
    ratios: Floats,
    gamma: float,
    trace: float,
    bound: float = 1.0,
) -> Returns:
    """V-trace (Espeholt et al. 2018, section 4.1 with the lambda of remark 2).

        delta_t = r_t + gamma V_{t+1} - V_t                       (V_{t+1} = 0 after the last move)
        v_t - V_t = rho_t delta_t + gamma lambda c_t (v_{t+1} - V_{t+1})
        A_t = delta_t + gamma lambda (v_{t+1} - V_{t+1})
        rho_t = min(bound, pi / mu),  c_t = min(1, pi / mu)

    pi / mu is how much likelier the move is now than it was when it was made. What the policy of
    today would hardly do is cut off; where nothing has changed, both v_t - V_t and A_t are the
    generalised advantages of Schulman et al. 2016, eq. 16. A_t leaves out the ratio of its own
    move, which belongs to the loss.

    Args:
        rewards: float32 [T, E].
        ends: bool [T, E], whether the game ended with this move.
        values: V of the boards before the moves, and of those after the last, float32 [T + 1, E].
        ratios: pi / mu, float32 [T, E].
        gamma: the discount.
        trace: lambda.
        bound: the largest rho.
    """
    targets, advantages = np.empty_like(rewards), np.empty_like(rewards)
    kernels.vtrace(
        rewards, ends, values, ratios, np.float32(gamma), np.float32(trace), np.float32(bound),
        targets, advantages,
    )  # fmt: skip
    return Returns(targets, advantages)


def explained_variance(targets: Floats, errors: Floats) -> float:
    """1 - Var(error) / Var(v): 1 if the critic knew it all, 0 if it knew no more than the mean.

    Args:
        targets: v. errors: v less what the critic said, of the same shape.
    """
    spread = float(np.var(targets))
    return 1 - float(np.var(errors)) / spread if spread > 0 else 0.0
