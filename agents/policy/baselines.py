"""What the plain learners learn from: single moves, and whole games that have just ended."""

import numpy as np

from agents.policy import kernels
from agents.policy.assessment import Forward
from agents.policy.buffer import Block
from agents.policy.lessons import Lessons
from agents.policy.losses import log_chances
from agents.policy.returns import explained_variance, vtrace


def single_moves(block: Block, scale: float) -> Lessons:
    """A board and the points of the one move made on it; no return, no critic to compare with."""
    points = (block.rewards / np.float32(scale)).ravel()
    return Lessons(
        block.boards[:-1].ravel(), block.masks[:-1].ravel(), block.actions.ravel(),
        points, block.log_chances.ravel(), points, points, np.ones_like(points),
    )  # fmt: skip


def whole_games(
    block: Block,
    rollout: int,
    gamma: float,
    scale: float,
    forward: Forward,
) -> tuple[Lessons, dict[str, float]] | None:
    """Every move of the games that ended in the last moves of a block; None if none has.

    The return is what really came, to the end of the game; the critic is a baseline and no more
    (Williams 1992, section 5). Games longer than the block count from its oldest move.

    Args:
        block: the buffer, in the order of time.
        rollout: how many moves, at its end, are new.
        gamma: the discount. scale: points that count as 1.
        forward: logits and values of boards.
    """
    rewards = block.rewards / np.float32(scale)
    zeros = np.zeros(block.boards.shape, np.float32)
    returns = vtrace(rewards, block.ends, zeros, np.ones_like(rewards), gamma, 1.0)
    chosen = kernels.finished(block.ends, rollout)
    if not chosen.any():
        return None
    boards, masks = block.boards[:-1][chosen], block.masks[:-1][chosen]
    moves, targets = block.actions[chosen], returns.targets[chosen]
    logits, values = forward(boards)
    surprises = targets - values
    metrics = {"explained_variance": explained_variance(targets, surprises)}
    advantages = (surprises - surprises.mean()) / (surprises.std() + 1e-6)
    reference = log_chances(logits, masks, moves)
    lessons = Lessons(
        boards, masks, moves, advantages, reference, targets, surprises, np.ones_like(targets)
    )
    return lessons, metrics
