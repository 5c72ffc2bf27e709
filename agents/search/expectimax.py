"""Expectimax, to be read: `batched.py` and `kernels.py` do the same, fast.

We choose the best move, chance the tiles (Michie 1966; Russell & Norvig, section 5.5). With V the
value of an afterstate, n the plies (layers of our moves) and s' the afterstate of s by action a:

    Q_n(s, a) = reward + E_(n-1)(s')                   what a move is worth
    E_0(s')   = V(s')                                  a leaf
    E_n(s')   = mean over empty cells c of
                0.9 max_a Q_n(s' with a 2 on c, a) + 0.1 max_a Q_n(s' with a 4 on c, a)

and 0 for the maximum if no move is legal: the game is over and no more points come. One ply is
greedy play.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from env2048 import board as rules
from env2048.board import FOUR_PROBABILITY, Board, Spawn

TILES = ((1, 1.0 - FOUR_PROBABILITY), (2, FOUR_PROBABILITY))
"""The new tiles: exponent and probability."""

MOST_PLIES = 32
"""Far more than any time is enough for; only near the end of a game so few moves are left."""

Value = Callable[[Board], float]
"""What an afterstate is worth: the points that are still to come."""


def move_values(
    board: Board, plies: int, value: Value, cutoff: float = 0.0, probability: float = 1.0
) -> NDArray[np.float64]:
    """Q_plies of the four moves, float64 [4], NaN where illegal.

    Args:
        board: uint8 [size, size].
        plies: layers of our moves, 1 or more.
        value: V.
        cutoff: boards that come about with less than this probability are valued with one ply.
        probability: that of this board.
    """
    values = np.full(4, np.nan)
    for action, legal in enumerate(rules.legal_moves(board)):
        if legal:
            afterstate, reward = rules.move(board, action)
            values[action] = reward + expect(afterstate, plies - 1, value, cutoff, probability)
    return values


def expect(afterstate: Board, plies: int, value: Value, cutoff: float, probability: float) -> float:
    """E_plies; arguments as for `move_values`."""
    if plies == 0:
        return value(afterstate)
    cells = rules.empty_cells(afterstate)
    total = 0.0
    for cell in cells:
        for exponent, share in TILES:
            chance = probability * share / len(cells)
            board = rules.place(afterstate, Spawn(int(cell), exponent))
            below = plies if chance >= cutoff else 1
            values = move_values(board, below, value, cutoff, chance)
            total += share * (0.0 if np.isnan(values).all() else float(np.nanmax(values)))
    return total / len(cells)
