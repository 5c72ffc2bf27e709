"""Which moves to learn from: most have next to nothing to teach.

A policy that has learned a little is certain of nearly every move, and its critic of what will
come of it; their gradients are next to zero. After 24 million moves one move in ten holds 86% of
the policy's gradient. So those to learn from are drawn by what they have to teach, and each counts
for the more the less likely it was to be drawn: on average the gradient is that of all moves
(Katharopoulos and Fleuret 2018; as Schaul et al. 2016 with beta = 1).

Letters in shapes: N moves, K of them.
"""

import numpy as np
from numpy.typing import NDArray

from agents.policy.lessons import Lessons

EVEN = 0.5
"""The share of the chances to be drawn that all moves have in common. None counts for more than
1 / EVEN times as much as if all were learned from."""

Doubles = NDArray[np.float64]


def interests(lessons: Lessons) -> Doubles:
    """How much each move has to teach, 1 on average; float64 [N].

        EVEN + (1 - EVEN) / 2 (u / mean u + d / mean d),  u = |A| (1 - pi),  d = |v - V|

    u is the gradient of the policy's loss by the logit of the move made, d that of the critic's
    loss by its output.
    """
    policy = np.abs(lessons.advantages) * -np.expm1(lessons.reference)
    critic = np.abs(lessons.surprises)
    found = np.full(len(lessons.boards), EVEN)
    for gradient in (policy, critic):
        mean = np.average(gradient, weights=lessons.weights)
        found += (1 - EVEN) / 2 * (gradient / mean if mean > 0 else 1.0)
    return found


def draw(lessons: Lessons, interest: Doubles, count: int, rng: np.random.Generator) -> Lessons:
    """K of the moves in random order, none twice, weighted anew.

    Args:
        lessons: all moves, N.
        interest: of each, float64 [N].
        count: K, at least 1; N or more: all of them.
        rng: draws them.
    """
    total = len(lessons.boards)
    if count >= total:
        return lessons.take(rng.permutation(total))
    chances = inclusion_chances(lessons.weights * interest, count)
    sums = np.cumsum(chances)
    sums[-1] = count  # but for rounding
    chosen = np.flatnonzero(np.diff(np.floor(sums + rng.random()), prepend=0.0))
    chosen = chosen[rng.permutation(len(chosen))]
    return lessons.take(chosen, len(chosen) / total / chances[chosen])


def inclusion_chances(sizes: Doubles, count: int) -> Doubles:
    """How likely each is to be drawn, in proportion to its size but never above 1; [N] -> [N].

    Args:
        sizes: above 0.
        count: their sum, 1 to N - 1.
    """
    scale = count / sizes.sum()
    while True:
        found = np.minimum(scale * sizes, 1)
        certain = found == 1
        missing = count - found.sum()
        if not missing > 1e-9 * count or certain.all():  # also if weights are no numbers any more
            return found
        scale *= 1 + missing / found[~certain].sum()
