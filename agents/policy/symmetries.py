"""The eight symmetries of the square: boards turned and mirrored, and moves with them.

Letters in shapes: N boards.
"""

import numpy as np
from numpy.typing import NDArray

from agents.policy import kernels

_MIRRORED = (0, 3, 2, 1)
_UPSIDE_DOWN = (2, 1, 0, 3)
_TRANSPOSED = (3, 2, 1, 0)
"""What up, right, down and left become."""


def _moves() -> NDArray[np.int8]:
    moves = np.zeros((kernels.SYMMETRIES, 4), np.int8)
    for symmetry in range(kernels.SYMMETRIES):
        for move in range(4):
            seen = move
            for bit, become in ((4, _TRANSPOSED), (2, _UPSIDE_DOWN), (1, _MIRRORED)):
                seen = become[seen] if symmetry & bit else seen
            moves[symmetry, move] = seen
    return moves


MOVES = _moves()
"""MOVES[s, a]: what move a of a board is on its picture by symmetry s, int8 [8, 4]."""

ORIGINAL = np.argsort(MOVES, axis=1).astype(np.int8)
"""ORIGINAL[s, a]: which move of the board is move a on its picture, the reverse of MOVES."""

_BIT = 1 << MOVES.astype(np.uint8)
MASKS = np.array(
    [[sum(_BIT[s, a] for a in range(4) if m >> a & 1) for m in range(16)] for s in range(8)],
    np.uint8,
)
"""MASKS[s, m]: the legal moves m, as bits, on the picture by symmetry s, uint8 [8, 16]."""


def transformed(boards: NDArray[np.uint64], symmetries: NDArray[np.int8]) -> NDArray[np.uint64]:
    """The pictures of packed boards by these symmetries; [N], [N] -> [N]."""
    out = np.empty_like(boards)
    kernels.transform_many(boards, symmetries, out)
    return out
