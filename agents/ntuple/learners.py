"""How an n-tuple network learns, to be read: `kernels.py` does the same, compiled.

The agent plays greedily with respect to reward + V(afterstate). After each move it moves the value
of the afterstate before towards what followed (temporal difference learning of afterstates; Szubert
& Jaskowski 2014, fig. 4, "TD-AFTERSTATE"):

    error = reward' + V(afterstate') - V(afterstate)        and 0 - V(afterstate) when the game is
    over

All exploration comes from the random tiles.

Letters in shapes: T entries of the table, m features of a board.
"""

import numpy as np
from numpy.typing import NDArray

from agents.ntuple.network import NTupleNetwork, features
from env2048 import board as rules

Table = NDArray[np.float32]


def td0(table: Table, entries: list[int], error: np.float32, alpha: np.float32) -> None:
    """TD(0): the m weights of the board share one step of alpha * error.

    Szubert & Jaskowski 2014, eq. 7; they write alpha for what is alpha / m here.

    Args:
        table: float32 [T, 1], changed.
        entries: the features of the board, [m]. One entry may stand there several times.
        error: the TD error, in points.
        alpha: the learning rate.
    """
    for entry in entries:
        table[entry, 0] += alpha * error / np.float32(len(entries))


def tc(table: Table, entries: list[int], error: np.float32, alpha: np.float32) -> None:
    """Temporal coherence: a weight whose errors agree in sign learns fast, a wavering one slowly.

    Beal & Smith 1999; for 2048 Jaskowski 2016, eq. 5 and 6: the rate of entry i is |E_i| / A_i with
    E_i the sum of its errors so far and A_i the sum of their sizes, and 1 at first.

    Args:
        table: float32 [T, 3], changed: weight, E, A. For the rest see `td0`.
    """
    for entry in entries:
        weight, total, size = table[entry]
        rate = abs(total) / size if size > 0 else np.float32(1)
        table[entry] = (
            weight + rate * (alpha * error / np.float32(len(entries))),
            total + error,
            size + abs(error),
        )


def learn_game(network: NTupleNetwork, key: int, alpha: float, coherence: bool) -> int:
    """Plays the game `key` and learns from it.

    Returns:
        The score.
    """
    update = tc if coherence else td0
    board = rules.starting_board(key)
    before: list[int] = []  # features of the last afterstate
    score = 0
    spawns = rules.STARTING_TILES
    while True:
        moves = [rules.move(board, action) for action in range(4)]
        worth = [
            np.float32(reward) + np.float32(network.value(after)) if legal else np.float32(-np.inf)
            for (after, reward), legal in zip(moves, rules.legal_moves(board), strict=True)
        ]
        action = int(np.argmax(worth))
        dead = worth[action] == -np.inf
        if before:
            value = np.float32(0)
            for entry in before:
                value += network.table[entry, 0]
            target = np.float32(0) if dead else worth[action]
            update(network.table, before, target - value, np.float32(alpha))
        if dead:
            return score
        afterstate, reward = moves[action]
        before = features(afterstate, network.patterns)
        score += reward
        board = rules.place(afterstate, rules.next_spawn(afterstate, key, spawns))
        spawns += 1
