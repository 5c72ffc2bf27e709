"""The rules of 2048 in plain NumPy, for any board size of 2 or more: the reference.

Everything else that plays (`kernels.py`, the environments, the agents) is tested to be equal to
this file, so it is written to be read, not to be fast.

A board is a uint8 array [size, size] of *exponents*: 0 is an empty cell and k the tile 2^k. The
largest tile is 131072 = 2^17; two of them do not merge. Actions are 0 up, 1 right, 2 down, 3 left.

One move is deterministic and gives the *afterstate*; then chance places a 2 (or, with probability
0.1, a 4) on an empty cell. Chance comes from a counter-based stream: the n-th tile of the game with
key k depends on (k, n) and the board alone, so a game can be replayed anywhere from its key.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Board = NDArray[np.uint8]

UP, RIGHT, DOWN, LEFT = range(4)
DIRECTIONS = "URDL"
"""The letter of each action, in the order of the action numbers."""

MAX_EXPONENT = 17
"""The largest tile is 2^17 = 131072."""

FOUR_PROBABILITY = 0.1
STARTING_TILES = 2

_U64 = (1 << 64) - 1
_U32 = (1 << 32) - 1


class Spawn(NamedTuple):
    """A new tile: `cell` = size * row + column, `exponent` 1 (a 2) or 2 (a 4)."""

    cell: int
    exponent: int


def slide_row(row: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], int]:
    """Slides one row towards index 0 and merges equal neighbours, each tile at most once.

    Args:
        row: exponents, uint8 [size].

    Returns:
        The new row, and the sum of the face values of the tiles made by merging.

    Example:
        [2 2 2 2] -> [4 4 0 0], eight points:

        >>> new, reward = slide_row(np.array([1, 1, 1, 1], dtype=np.uint8))
        >>> new.tolist(), reward
        ([2, 2, 0, 0], 8)
    """
    tiles = [int(tile) for tile in row if tile]
    merged: list[int] = []
    reward = 0
    while tiles:
        tile = tiles.pop(0)
        if tiles and tiles[0] == tile and tile < MAX_EXPONENT:
            tiles.pop(0)
            tile += 1
            reward += 1 << tile
        merged.append(tile)
    new_row = np.zeros_like(row)
    new_row[: len(merged)] = merged
    return new_row, reward


def move(board: Board, action: int) -> tuple[Board, int]:
    """Slides the board in one direction, without the new tile.

    The move is legal if and only if the afterstate differs from the board.

    Args:
        board: exponents, uint8 [size, size]; not changed.
        action: 0 up, 1 right, 2 down, 3 left.

    Returns:
        The afterstate, and the reward: the sum of the tiles made by merging.

    Example:
        >>> board = np.array([[1, 0], [1, 2]], dtype=np.uint8)
        >>> after, reward = move(board, UP)
        >>> after.tolist(), reward
        ([[2, 2], [0, 0]], 4)
    """
    afterstate = board.copy()
    reward = 0
    for row in _rows_towards(afterstate, action):
        row[:], gained = slide_row(row)
        reward += gained
    return afterstate, reward


def _rows_towards(board: Board, action: int) -> Board:
    """A view of the board in which moving in direction `action` means sliding towards index 0."""
    if action == UP:
        return board.T
    if action == RIGHT:
        return board[:, ::-1]
    if action == DOWN:
        return board.T[:, ::-1]
    if action == LEFT:
        return board
    raise ValueError(f"action must be 0 (up), 1 (right), 2 (down) or 3 (left), not {action!r}")


def legal_moves(board: Board) -> NDArray[np.bool_]:
    """Which of the four moves change the board, bool [4].

    Example:
        >>> legal_moves(np.array([[1, 2], [0, 0]], dtype=np.uint8)).tolist()
        [False, False, True, False]
    """
    return np.array([not np.array_equal(move(board, action)[0], board) for action in range(4)])


def is_dead(board: Board) -> bool:
    """Whether no move is legal: the game is over."""
    return not legal_moves(board).any()


def empty_cells(board: Board) -> NDArray[np.int64]:
    """Indices size * row + column of the empty cells, ascending, int64 [empty]."""
    return np.flatnonzero(board.ravel() == 0)


def place(board: Board, spawn: Spawn) -> Board:
    """A copy of the board with the new tile on it."""
    new_board = board.copy()
    new_board.flat[spawn.cell] = spawn.exponent
    return new_board


def draw(key: int, n: int) -> int:
    """The n-th 64-bit number of the stream `key`: splitmix64 (Steele, Lea and Flood 2014).

    A counter-based generator: no state but (key, n), so any number is found without those before.

    Example:
        >>> hex(draw(0, 0))
        '0xe220a8397b1dcdaf'
    """
    z = (key + (n + 1) * 0x9E3779B97F4A7C15) & _U64
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _U64
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _U64
    return z ^ (z >> 31)


def four_threshold(four_probability: float) -> int:
    """The probability of a 4 as a bound for 32 random bits: a 4 if `bits < threshold`.

    Raises:
        ValueError: if the probability is not between 0 and 1.
    """
    if not 0.0 <= four_probability <= 1.0:
        raise ValueError(f"four_probability must be between 0 and 1, not {four_probability!r}")
    return round(four_probability * (1 << 32))


def next_spawn(board: Board, key: int, n: int, four_probability: float = FOUR_PROBABILITY) -> Spawn:
    """The n-th tile of the game with this key (n counts from 0, starting tiles included).

    The high 32 bits of the draw choose among the empty cells, the low 32 bits between 2 and 4.
    """
    bits = draw(key, n)
    empty = empty_cells(board)
    cell = int(empty[((bits >> 32) * len(empty)) >> 32])
    return Spawn(cell, 2 if (bits & _U32) < four_threshold(four_probability) else 1)


def starting_board(key: int, size: int = 4, four_probability: float = FOUR_PROBABILITY) -> Board:
    """The board on which the game with this key begins: two tiles, spawns 0 and 1 of its stream."""
    board = np.zeros((size, size), dtype=np.uint8)
    for n in range(STARTING_TILES):
        board = place(board, next_spawn(board, key, n, four_probability))
    return board


def check_board(board: object, size: int | None = None) -> Board:
    """Validates a board given from outside and returns a uint8 copy of it.

    Args:
        board: anything array-like of exponents.
        size: the side that it must have; any if None.

    Raises:
        ValueError: if the shape is wrong, the values are not integers, or one is outside 0 to 17.
    """
    array = np.asarray(board)
    if array.ndim != 2 or array.shape[0] != array.shape[1] or array.shape[0] < 2:
        raise ValueError(f"a board is a square array of exponents, not of shape {array.shape}")
    if size is not None and array.shape != (size, size):
        raise ValueError(f"the board must have shape {(size, size)}, not {array.shape}")
    if not np.issubdtype(array.dtype, np.integer):
        raise ValueError(f"a board holds integer exponents, not {array.dtype}")
    if array.min() < 0 or array.max() > MAX_EXPONENT:
        raise ValueError(
            f"exponents must be 0 (empty) to {MAX_EXPONENT} (the tile {1 << MAX_EXPONENT}), "
            f"but the board holds {int(array.min() if array.min() < 0 else array.max())}"
        )
    return array.astype(np.uint8)
