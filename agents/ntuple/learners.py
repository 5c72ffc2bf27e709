"""How an n-tuple network learns, to be read: `kernels.py` does the same, compiled.

The agent plays greedily with respect to reward + V(afterstate). After each move it moves the value
of the afterstate before towards what followed (temporal difference learning of afterstates; Szubert
& Jaskowski 2014, fig. 4, "TD-AFTERSTATE"):

    error = reward' + V(afterstate') - V(afterstate)        and 0 - V(afterstate) when the game is
    over

All exploration comes from the random tiles. What was played can be learned from again, backwards
and with longer returns (`relearn_game`).

Letters in shapes: T entries of the table, P patterns, m = 8 P features of a board.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from agents.ntuple.network import NTupleNetwork, different_tiles
from env2048 import board as rules
from env2048.board import Board

Table = NDArray[np.float32]


def count_shares(entries: list[int], small: NDArray[np.bool_]) -> np.float32:
    """Into how many parts an error is divided, so that the board's value changes by alpha * error.

    An entry that stands n times takes n steps, each of which counts n times: the sum of n^2. This
    is m where none repeats. Normalised least mean squares (Nagumo & Noda 1967) for features that
    are counts. Only small patterns repeat enough to be counted.

    Args:
        entries: the features of a board, [m], pattern by pattern.
        small: bool [P], see `Patterns`.
    """
    shares = 0
    for p, is_small in enumerate(small):
        if is_small:
            shares += sum(n * n for n in Counter(entries[8 * p : 8 * p + 8]).values())
        else:
            shares += 8
    return np.float32(shares)


def td0(table: Table, entries: list[int], step: np.float32) -> None:
    """TD(0): all weights of the board take the same step. Szubert & Jaskowski 2014, eq. 7.

    Args:
        table: float32 [T, 1], changed.
        entries: the features of the board, [m]. One entry may stand there several times.
        step: alpha * error, divided by the number of shares.
    """
    for entry in entries:
        table[entry, 0] += step


def tc(table: Table, entries: list[int], error: np.float32, step: np.float32) -> None:
    """Temporal coherence: a weight whose errors agree in sign learns fast, a wavering one slowly.

    Beal & Smith 1999; for 2048 Jaskowski 2016, eq. 5 and 6: the rate of entry i is |E_i| / A_i with
    E_i the sum of its errors so far and A_i the sum of their sizes, and 1 at first.

    Args:
        table: float32 [T, 3], changed: weight, E, A.
        error: the TD error, in points. For the rest see `td0`.
    """
    for entry in entries:
        weight, total, size = table[entry]
        rate = abs(total) / size if size > 0 else np.float32(1)
        table[entry] = weight + rate * step, total + error, size + abs(error)


def update(
    network: NTupleNetwork, entries: list[int], target: np.float32, alpha: float, coherence: bool
) -> None:
    """Moves the value of the board with these features towards `target`."""
    error = target - network.learned(entries)
    step = np.float32(alpha) * error / count_shares(entries, network.patterns.small)
    if coherence:
        tc(network.table, entries, error, step)
    else:
        td0(network.table, entries, step)


def best_move(network: NTupleNetwork, board: Board) -> tuple[int, int, np.float32, Board]:
    """The move of most reward + value: action (-1 if none is legal), reward, value, afterstate."""
    best = -1, 0, np.float32(-np.inf), board
    for action, legal in enumerate(rules.legal_moves(board)):
        if legal:
            after, reward = rules.move(board, action)
            value = network.learned(network.features(after))
            if best[0] < 0 or np.float32(reward) + value > np.float32(best[1]) + best[2]:
                best = action, reward, value, after
    return best


def learn_game(
    network: NTupleNetwork,
    key: int,
    alpha: float,
    coherence: bool,
    carousel: Sequence[int] = (),
) -> tuple[int, list[int]]:
    """Plays the game `key` and learns from it, move by move.

    Then it is played on, with other new tiles, from where it came to the first tile of the
    `carousel`, from where it or that play came to the second, and so on. So boards that are few are
    learned from more often (carousel shaping: Jaskowski 2016, section IV-C).

    Args:
        carousel: tiles, or tiles and the next smaller ones, added up; see `different_tiles`. The
            smallest comes first; one may stand there several times.

    Returns:
        The score and the moves of the game itself.
    """
    starts = {0: rules.starting_board(key)}
    outcomes = []
    for turn in range(len(carousel) + 1):
        if turn not in starts:
            continue
        spawned = (turn << 32) + rules.STARTING_TILES
        score, actions, boards = learn_from(network, starts[turn], key, spawned, alpha, coherence)
        outcomes.append((score, actions))
        ahead = turn
        for board in boards:
            if ahead < len(carousel) and different_tiles(board) >= carousel[ahead]:
                ahead += 1
                starts[ahead] = board
    return outcomes[0]


def learn_from(
    network: NTupleNetwork, board: Board, key: int, spawned: int, alpha: float, coherence: bool
) -> tuple[int, list[int], list[Board]]:
    """Plays on from a board and learns, move by move.

    Where the network has a limit, moves are chosen on downgraded boards. Both are learned from
    then: the board as it is, and the downgraded one, as long as the one it becomes is that of the
    next board. So what large tiles teach is learned of smaller ones too, which come up in every
    game.

    Args:
        key, spawned: the new tiles are those of this game, from this number on.

    Returns:
        The score, the moves, and the board after each.
    """
    before: list[int] = []  # features of the last afterstate
    low_before: list[int] = []  # and of the downgraded one
    expected: Board | None = None  # what the downgraded board has become
    score, actions, boards = 0, list[int](), list[Board]()
    while True:
        low = network.seen(board)
        action, reward, value, afterstate = best_move(network, low)
        if expected is not None and (low == expected).all():
            target = network.dead if action < 0 else np.float32(reward) + value
            update(network, low_before, target, alpha, coherence)
        expected = None
        low_afterstate, downgraded = afterstate, (low != board).any()
        if downgraded and action >= 0:
            afterstate, reward = rules.move(board, action)
            value = network.learned(network.features(afterstate))
        if before:
            target = network.dead if action < 0 else np.float32(reward) + value
            update(network, before, target, alpha, coherence)
        if action < 0:
            return score, actions, boards
        before = network.features(afterstate)
        spawn = rules.next_spawn(afterstate, key, spawned + len(actions))
        board = rules.place(afterstate, spawn)
        if downgraded:
            low_before = network.features(low_afterstate)
            expected = rules.place(low_afterstate, spawn)
        actions.append(action)
        boards.append(board)
        score += reward


def relearn_game(
    network: NTupleNetwork,
    key: int,
    actions: Sequence[int],
    alpha: float,
    coherence: bool,
    trace: float = 0.0,
    steps: int = 1,
) -> None:
    """Learns from a recorded game again, from its last afterstate to its first.

    The target of an afterstate is its return, of one of two kinds:

        lambda-return:  G = reward' + (1 - lambda) V(afterstate') + lambda G'
        n-step return:  G = reward' + reward'' + ... (n of them) + V(the last one's afterstate)

    Rewards count as they fell only while the recorded move is the one that would be played today;
    where it is not, the return goes on with today's best move (Watkins 1989; Sutton & Barto 2018,
    section 12.10). So old games, played by a network that knew less, teach nothing wrong. With
    lambda 0 and n 1 nothing but the boards is taken from the record.

    Args:
        key, actions: the game.
        trace: lambda; it needs steps = 1. steps: n; more than 1 needs trace = 0.
    """
    boards, afterstates, rewards = [rules.starting_board(key)], [], []
    for n, action in enumerate(actions):
        after, reward = rules.move(boards[-1], action)
        afterstates.append(after)
        rewards.append(np.float32(reward))
        spawn = rules.next_spawn(after, key, rules.STARTING_TILES + n)
        boards.append(rules.place(after, spawn))

    following = [network.dead] * len(boards)  # reward + value of the best move on each board
    target = network.dead
    run = 0  # how many recorded moves from here on are those of today
    for i in reversed(range(len(actions))):
        if i + 1 < len(actions):
            action, reward, value, _ = best_move(network, boards[i + 1])
            following[i + 1] = np.float32(reward) + value
            run = run + 1 if action == actions[i + 1] else 0
            if steps > 1:
                taken = min(run, steps - 1)
                target = following[i + 1 + taken]
                for k in range(taken, 0, -1):
                    target += rewards[i + k]
            elif run and trace > 0:
                lambda_ = np.float32(trace)
                target = np.float32(reward) + (np.float32(1) - lambda_) * value + lambda_ * target
            else:
                target = following[i + 1]
        update(network, network.features(afterstates[i]), target, alpha, coherence)
