"""The rules once more, for many boards at once in plain NumPy: slow kernels' opponent.

`env2048.board` plays one board in tens of microseconds, too slow for a million. This is written
from the rules, not from the kernels, and tested against `env2048.board` itself.

Letters in shapes: N boards, S their side, L lines of S cells.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Boards = NDArray[np.uint8]  # [N, S, S]


class Step(NamedTuple):
    """What `step` finds for N boards."""

    boards: Boards
    rewards: NDArray[np.int64]
    legal: NDArray[np.bool_]
    masks: NDArray[np.bool_]  # [N, 4], afterwards


def random_boards(count: int, size: int, rng: np.random.Generator) -> Boards:
    """Boards of every kind: near empty and full, of few tiles and of all 18, dead ones.

    One in eight is a full checkerboard of odd and even exponents, so no two equal tiles touch.
    """
    highest = rng.integers(1, 19, (count, 1, 1))
    lowest = np.where(rng.random((count, 1, 1)) < 0.2, highest - 2, 0).clip(0)
    boards = lowest + (rng.random((count, size, size)) * (highest - lowest)).astype(np.int64)
    boards[rng.random(boards.shape) < rng.choice([0, 0, 0.3, 0.8], (count, 1, 1))] = 0
    parity = np.indices((size, size)).sum(axis=0) % 2
    checkered = rng.random(count) < 1 / 8
    boards[checkered] = 1 + 2 * rng.integers(0, 8, (checkered.sum(), size, size)) + parity
    return boards.astype(np.uint8)


def move(boards: Boards, action: int) -> tuple[Boards, NDArray[np.int64]]:
    """Afterstates [N, S, S] and rewards [N] of one action on every board."""
    towards = {0: (1, 1), 1: (2, -1), 2: (1, -1), 3: (2, 1)}
    axis, direction = towards[action]
    # Position in the line first: lines[0] is the side that the tiles slide to.
    lines = np.moveaxis(boards, axis, 0)[::direction].copy()  # [S, N, S]
    rewards = _slide(lines).sum(axis=1)
    return np.ascontiguousarray(np.moveaxis(lines[::direction], 0, axis)), rewards


def _slide(lines: Boards) -> NDArray[np.int64]:
    """Slides and merges lines [S, ...] in place; returns the reward of each [...]."""
    _close_gaps(lines)
    rewards = np.zeros(lines.shape[1:], np.int64)
    for here, following in pairwise(lines):
        merges = (here == following) & (here > 0) & (here < 17)
        here[merges] += 1
        following[merges] = 0  # a gap: what comes after cannot merge with the new tile
        rewards[merges] += 1 << here[merges].astype(np.int64)
    _close_gaps(lines)
    return rewards


def _close_gaps(lines: Boards) -> None:
    for _ in range(len(lines) - 1):
        for here, following in pairwise(lines):
            gap = here == 0
            here += following * gap
            following *= ~gap


def masks(boards: Boards) -> NDArray[np.bool_]:
    """Which moves change each board, bool [N, 4]."""
    return np.stack([_differ(move(boards, action)[0], boards) for action in range(4)], axis=1)


def _differ(first: Boards, second: Boards) -> NDArray[np.bool_]:
    return (first != second).any(axis=(1, 2))


def spawn(boards: Boards, keys: NDArray[np.uint64], n: NDArray[np.uint64], four: float) -> Boards:
    """Tile n of the game `key` on each board; a full board stays as it is."""
    bits = splitmix64(keys, n)
    cells = boards.reshape(len(boards), -1).copy()
    empty = cells == 0
    high = (bits >> np.uint64(32)).astype(np.float64) / 2**32  # exact: 32 bits
    chosen = np.floor(high * empty.sum(axis=1)).astype(np.int64)  # exact: at most 38 bits
    is_chosen = empty & (np.cumsum(empty, axis=1) == chosen[:, None] + 1)
    low = (bits & np.uint64(0xFFFFFFFF)).astype(np.float64)
    tiles = np.where(low < round(four * 2**32), 2, 1)
    cells += (is_chosen * tiles[:, None]).astype(np.uint8)
    return cells.reshape(boards.shape)


def splitmix64(keys: NDArray[np.uint64], n: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Number n of each stream (Steele, Lea and Flood 2014)."""
    z = keys + (n + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def step(
    boards: Boards,
    actions: NDArray[np.int64],
    keys: NDArray[np.uint64],
    n: NDArray[np.uint64],
    four: float,
) -> Step:
    """One move of each board and, if it changed something, the new tile."""
    after = boards.copy()
    rewards = np.zeros(len(boards), np.int64)
    for action in range(4):
        chosen = actions == action
        after[chosen], rewards[chosen] = move(boards[chosen], action)
    legal = _differ(after, boards)
    after[legal] = spawn(after[legal], keys[legal], n[legal], four)
    return Step(after, rewards, legal, masks(after))
