"""Expectimax over an n-tuple network, compiled: the readable version is `expectimax.py`.

Boards are packed (see `env2048.kernels`). A layer of new tiles and the layer of moves behind it are
taken together: `list_children` finds the afterstates that differ, which are half of all.

A *network* is a tuple: table, patterns, splits and size (see `agents.ntuple.kernels`), of weights
alone, and what is added to each sum of weights, a float. Searches begin on the board that
`agents.ntuple.kernels.downgrade` makes of one, with `limit` as there.

Letters in shapes: T entries, P patterns, m = 8 P features, S slots, N boards.
"""

import numpy as np

from agents.ntuple.kernels import (
    board_value,
    downgrade,
    find_features,
    four_values,
    largest_packed,
    start_packed,
)
from env2048.board import FOUR_PROBABILITY
from env2048.jit import jit
from env2048.kernels import (
    empty_bits,
    mirror,
    move,
    move_all,
    needs_cells,
    pack,
    spawn,
    transpose,
)

_U = np.uint64
_ONE = _U(1)
_ROW = _U(0xFFFF)
_LOW_BITS = _U(0x1111111111111111)
_PLACES = _U(0x1111)
_NOT_FIRST_PLACES = _U(0x1110111011101110)
_SHARES = (1.0 - FOUR_PROBABILITY, FOUR_PROBABILITY)

MOST_CHILDREN = 64
"""Of a board: four moves, four lines, at most two gaps in each, two tiles."""

# ------------------------------------------------------------------------ transposition table

KEY, VALUE = 0, 1
"""The words of a slot. The value is a float64 whose lowest byte is replaced by the plies. The key
is board ^ value: threads share the table without locks, and if two of them write to a slot at the
same time and their words mix, the slot fits no board (Hyatt & Mann 2002)."""

_PLIES = _U(0xFF)
_MIX_1, _MIX_2 = _U(0x9E3779B97F4A7C15), _U(0xD6E8FEB86659FD93)


@jit
def rounded(value):
    """The value without its lowest byte, as tables keep it: so it is the same without a table."""
    return _U(np.float64(value).view(np.uint64) & ~_PLIES).view(np.float64)


@jit
def first_slot(board, plies, count):
    """The first of the two neighbouring slots, of `count`, that may hold a board."""
    mixed = (board + plies) * _MIX_1
    mixed = (mixed ^ (mixed >> _U(32))) * _MIX_2
    return (mixed >> _U(32)) & (_U(count) - _U(2))


@jit
def recall(slots, board, plies):
    """The stored value of an afterstate for exactly so many plies, NaN if there is none.

    Args:
        slots: uint64 [S, 2], S a power of two, 2 or more. board, plies: uint64.
    """
    first = first_slot(board, plies, slots.shape[0])
    for slot in (first, first + _ONE):
        word = slots[slot, VALUE]
        if slots[slot, KEY] == board ^ word and word & _PLIES == plies:
            return _U(word & ~_PLIES).view(np.float64)
    return np.nan


@jit
def remember(slots, board, plies, value):
    """Stores a rounded value. Of the two that may stand there, that of fewer plies goes."""
    first = first_slot(board, plies, slots.shape[0])
    second = first + _ONE
    fewer = slots[first, VALUE] & _PLIES <= slots[second, VALUE] & _PLIES
    slot = first if fewer else second
    word = np.float64(value).view(np.uint64) | plies
    slots[slot, VALUE] = word
    slots[slot, KEY] = board ^ word


# --------------------------------------------------------------------------- the network's value


@jit
def add_values(table, initial, features, count, worth):
    """Adds the values of `count` boards to `worth`, four boards at a time.

    Args:
        table: float32 [S * T].
        features: uint64 [64, m]. worth: float64 [64], changed; up to three numbers beyond `count`
            are spoiled.
    """
    for i in range(count, count + (-count) % 4):
        features[i] = 0  # a board whose value nobody asks for
    for i in range(0, count, 4):
        a, b, c, d = four_values(table, features, i)
        worth[i] += initial + np.float64(a)
        worth[i + 1] += initial + np.float64(b)
        worth[i + 2] += initial + np.float64(c)
        worth[i + 3] += initial + np.float64(d)


@jit
def leaf_value(raw, network):
    """What the network says of a single board."""
    table, patterns, splits, size, initial = network
    return initial + np.float64(board_value(raw, table, patterns, splits, size, _ONE))


# ----------------------------------------------------------------------- what a new tile leads to


@jit
def list_children(raw, rows, children, rewards, sources):
    """The different afterstates that a new tile and a move can make of a board.

    The board is viewed so that each of the four moves is one to the left. Then a new tile changes
    the outcome in its own row only. And wherever it appears in a gap, that is a run of empty cells,
    the outcome is the same: so half of all afterstates are like another one.

    Args:
        raw: a board that does not need cells.
        children: uint64 [64], written: as seen in their view.
        rewards: float64 [64], written: that of the move to each child.
        sources: int64 [64], written: the tiles that it can come from. Bits 0, 4, 8 and 12: the
            places in the line; 16: whether they are 4; 17 and 18: the line; 19 and 20: the view.

    Returns:
        How many children there are.
    """
    turned = transpose(raw)
    views = (raw, mirror(raw), turned, mirror(turned))
    found = 0
    for view in range(4):
        board = views[view]
        a = _U(rows[board & _ROW])
        b = _U(rows[(board >> _U(16)) & _ROW])
        c = _U(rows[(board >> _U(32)) & _ROW])
        d = _U(rows[board >> _U(48)])
        moved = (a & _ROW) | (b & _ROW) << _U(16) | (c & _ROW) << _U(32) | (d & _ROW) << _U(48)
        reward = np.int64((a >> _U(16)) + (b >> _U(16)) + (c >> _U(16)) + (d >> _U(16)))
        empty = empty_bits(board)
        gaps = empty & ~(empty << _U(4) & _NOT_FIRST_PLACES)  # their first cells
        while gaps:
            first = gaps & (~gaps + _ONE)
            gaps ^= first
            line = (
                np.int64(first > _U(0xFFFF))
                + np.int64(first > _U(0xFFFFFFFF))
                + np.int64(first > _U(0xFFFFFFFFFFFF))
            )
            shift = _U(16 * line)
            first >>= shift
            row = (board >> shift) & _ROW
            free = (empty >> shift & _PLACES) * _U(15)
            gap = free & ~(free + first) & _PLACES  # the carry runs through the gap
            rest = ~(_ROW << shift)
            rest_moves = (moved ^ board) & rest != 0
            rest_reward = reward - np.int64(_U(rows[row]) >> _U(16))
            for four in range(2):
                with_tile = row | first << _U(four)
                entry = _U(rows[with_tile])
                places = gap
                if entry & _ROW == with_tile and not rest_moves:
                    # With a tile on the first place nothing moves; from the others, the tile does.
                    places ^= first
                    if places == 0:
                        continue
                children[found] = (moved & rest) | (entry & _ROW) << shift
                rewards[found] = (rest_reward + np.int64(entry >> _U(16))) << 2
                sources[found] = view << 19 | line << 17 | four << 16 | np.int64(places)
                found += 1
    return found


@jit
def unview(child, source):
    """A child of `list_children` as it really is."""
    view = source >> 19
    board = mirror(child) if view & 1 else child
    return transpose(board) if view & 2 else board


@jit
def average(raw, found, worth, sources, best):
    """The mean over all new tiles of the best worth of a child that comes from it.

    There are no branches on the tiles: a processor would guess them wrong.

    Args:
        best: float64 [128], written: at 32 view + 16 (if a 4) + 4 line + place. (One axis is
            quicker than four.)
    """
    best[:] = -np.inf
    for i in range(found):
        source = sources[i]
        first = 32 * (source >> 19) + 16 * ((source >> 16) & 1) + 4 * ((source >> 17) & 3)
        for place in range(4):
            before = best[first + place]
            best[first + place] = worth[i] if (source >> (4 * place)) & 1 else before
    total = 0.0
    for four in range(2):
        part = 0.0
        for row in range(4):
            for column in range(4):
                left = best[16 * four + 4 * row + column]
                right = best[16 * four + 4 * row + 3 - column + 32]
                up = best[16 * four + 4 * column + row + 64]
                down = best[16 * four + 4 * column + 3 - row + 96]
                across = right if right > left else left
                along = down if down > up else up
                value = along if along > across else across
                # Occupied cells, and tiles after which no move is legal, come from nowhere.
                part += value if value > -np.inf else 0.0
        total += _SHARES[four] * part
    return rounded(total / count_empty(raw))


@jit
def count_empty(raw):
    """How many of 16 cells are empty; 1 or more."""
    count = (empty_bits(raw) * _LOW_BITS) >> _U(60)
    return np.int64(count) if count else 16


# ------------------------------------------------------------------------------------ the search


@jit
def new_room(features, plies):
    """Memory for a search of so many plies, with m features.

    Returns:
        What `list_children` writes in each layer, [plies + 1, 64] each; what `average` writes; the
        features of the last layer, [64, m]; the moves of each layer, [plies + 1, 4, 3].
    """
    return (
        np.zeros((plies + 1, MOST_CHILDREN), np.uint64),
        np.zeros((plies + 1, MOST_CHILDREN)),
        np.zeros((plies + 1, MOST_CHILDREN), np.int64),
        np.zeros(128),
        np.zeros((MOST_CHILDREN, features), np.uint64),
        np.zeros((plies + 1, 4, 3), np.uint64),
    )


@jit
def expect_leaves(raw, network, rows, room):
    """`expect` for one ply and a board that does not need cells.

    The weights of all leaves are being fetched before the first is read, so that many reads wait
    for memory at the same time.
    """
    table, patterns, splits, size, initial = network
    children, worth, sources, features = room[0][1], room[1][1], room[2][1], room[4]
    found = list_children(raw, rows, children, worth, sources)
    for i in range(found):
        find_features(children[i], table, patterns, splits, size, _ONE, features[i])
    add_values(table, initial, features, found, worth)
    return average(raw, found, worth, sources, room[3])


@jit
def expect(raw, extra, plies, chance, cutoff, network, rows, slots, stop, room):
    """What an afterstate is worth: E_plies in `expectimax.py`.

    Args:
        raw, extra: the afterstate. plies: layers of our moves below it, 0 or more.
        chance: how probable it is. cutoff: boards less probable than this get one ply.
        network: see above. rows: `env2048.kernels.row_table`.
        slots: the transposition table, uint64 [S, 2]; none if S is 0.
        stop: uint8 [1]. If another thread sets it to 1, the search ends soon, and what it returns
            is worthless (but nothing worthless is stored).
        room: `new_room`, of `plies` or more.
    """
    # (Its own calls are given no literals: Numba would compile a second version for them, and crash
    # when it loads both from its cache.)
    if plies == 0:
        return leaf_value(raw, network)
    if stop[0]:
        return 0.0
    slow = needs_cells(raw, extra)
    if plies == 1 and not slow:
        return expect_leaves(raw, network, rows, room)
    count = count_empty(raw)
    if slow:  # a tile above 32768, or soon: exact, without short cuts
        moves = room[5][plies]
        total = 0.0
        for cell in range(16):
            if (raw >> _U(4 * cell)) & _U(15):
                continue
            for four in range(2):
                likely = chance * _SHARES[four] / count
                below = plies - 1 if likely >= cutoff else 0
                with_tile = raw | (_U(1 + four) << _U(4 * cell))
                legal = move_all(with_tile, extra, rows, moves)
                best = -np.inf if legal else 0.0
                for action in range(4):
                    if legal & (1 << action):
                        value = expect(
                            moves[action, 0], moves[action, 1], below, likely, cutoff, network,
                            rows, slots, stop, room,
                        )  # fmt: skip
                        best = max(best, np.float64(moves[action, 2]) + value)
                total += _SHARES[four] * best
        return rounded(total / count)
    children, worth, sources = room[0][plies], room[1][plies], room[2][plies]
    found = list_children(raw, rows, children, worth, sources)
    for i in range(found):
        likely = chance * _SHARES[(sources[i] >> 16) & 1] / count
        if likely < cutoff:
            worth[i] += leaf_value(children[i], network)
            continue
        child = unview(children[i], sources[i])
        key = child
        if cutoff > 0:  # then the value depends on the probability
            key ^= np.float64(likely).view(np.uint64) * _MIX_2
        value = recall(slots, key, _U(plies - 1)) if slots.shape[0] else np.nan
        if np.isnan(value):
            if plies == 2 and not needs_cells(child, _U(0)):
                value = expect_leaves(child, network, rows, room)  # quicker than by recursion
            else:
                value = expect(
                    child, _U(0), plies - 1, likely, cutoff, network, rows, slots, stop, room
                )
            if stop[0]:
                return 0.0
            if slots.shape[0]:
                remember(slots, key, _U(plies - 1), value)
        worth[i] += value
    return average(raw, found, worth, sources, room[3])


@jit
def value_moves(raw, extra, wanted, plies, cutoff, network, rows, slots, stop, room, values):
    """Writes what the moves of a board are worth, NaN where illegal, into values float64 [4].

    Args:
        wanted: the actions to value as bits, bit a for action a; the others are left as they are.
        plies: 1 or more. For the rest see `expect`.
    """
    moves = room[5][plies]
    legal = move_all(raw, extra, rows, moves)
    for action in range(4):
        if legal & wanted & (1 << action):
            expected = expect(
                moves[action, 0], moves[action, 1], plies - 1, 1.0, cutoff, network, rows,
                slots, stop, room,
            )  # fmt: skip
            values[action] = np.float64(moves[action, 2]) + expected
        elif wanted & (1 << action):
            values[action] = np.nan


@jit
def search(boards, wanted, plies, cutoff, network, limit, rows, slots, stop, values):
    """`value_moves` for many boards, uint8 [N, 16]; values: float64 [N, 4], written."""
    room = new_room(8 * len(network[1]), plies)
    for i in range(boards.shape[0]):
        raw, extra = downgrade(*pack(boards[i]), limit)
        value_moves(raw, extra, wanted, plies, cutoff, network, rows, slots, stop, room, values[i])


GAME_KEY, RAW, EXTRA, SCORE, MOVES, LARGEST = range(6)
"""What the words of a game in `play` are."""


@jit
def start(game, threshold):
    """Begins the game game[GAME_KEY]; uint64 [6], written."""
    game[RAW] = start_packed(game[GAME_KEY], threshold)
    game[EXTRA:] = 0


@jit
def play(game, most, threshold, plies, cutoff, network, limit, rows, slots):
    """Plays on, at most so many moves; returns whether the game goes on after them.

    Args:
        game: uint64 [6], see above, changed. most: moves.
        threshold: `env2048.board.four_threshold`, uint64. For the rest see `expect`.
    """
    room = new_room(8 * len(network[1]), plies)
    stop = np.zeros(1, np.uint8)
    values = np.empty(4)
    moves = room[5][plies]
    raw, extra = game[RAW], game[EXTRA]
    goes_on = True
    for _ in range(most):
        low, low_extra = downgrade(raw, extra, limit)
        value_moves(low, low_extra, 15, plies, cutoff, network, rows, slots, stop, room, values)
        best = -1
        highest = -np.inf
        for action in range(4):
            if values[action] > highest:  # never so for NaN
                best, highest = action, values[action]
        if best < 0:
            goes_on = False
            break
        if low == raw and low_extra == extra:
            raw, extra, reward = moves[best, 0], moves[best, 1], moves[best, 2]
        else:
            raw, extra, reward = move(raw, extra, best, rows)
        game[SCORE] += _U(reward)
        raw = spawn(raw, game[GAME_KEY], game[MOVES] + _U(2), threshold)
        game[MOVES] += _ONE
    game[RAW], game[EXTRA] = raw, extra
    game[LARGEST] = _U(largest_packed(raw, extra))
    return goes_on
