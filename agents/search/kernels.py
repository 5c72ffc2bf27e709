"""Expectimax over an n-tuple network, compiled: the readable version is `expectimax.py`.

Boards are packed (see `env2048.kernels`). A layer of new tiles and the layer of moves behind it are
taken together: `list_children` finds the afterstates that differ, which are half of all.

A *network* is a tuple: the table of weights float32 [T, columns], the masks and offsets of the
patterns uint64 [P] (see `agents.ntuple.kernels`), and what is added to each sum of weights, float.

Letters in shapes: T entries, P patterns, S slots, N boards.
"""

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from agents.ntuple.kernels import gather, largest_packed, start_packed
from env2048.board import FOUR_PROBABILITY
from env2048.jit import jit
from env2048.kernels import (
    empty_bits,
    flip,
    mirror,
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
_SHARES = (1.0 - FOUR_PROBABILITY, FOUR_PROBABILITY)

MOST_CHILDREN = 128
"""Afterstates below one afterstate: 16 cells, two tiles, four moves."""

_FIRST_CELLS = np.array([0, 4, 8, 12, 3, 7, 11, 15, 0, 1, 2, 3, 12, 13, 14, 15])
_STEPS = np.array([1, -1, 4, -4])
"""Where on the board the line of a view, 4 * view + line, begins, and in what steps it goes on: see
`list_children`."""

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


@intrinsic
def _prefetch(typing_context, table, index):
    """Has the processor fetch table[index, 0] while it does other things."""

    def generate(context, builder, signature, arguments):
        layout = signature.args[0].layout
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        shape = cgutils.unpack_tuple(builder, array.shape)
        strides = cgutils.unpack_tuple(builder, array.strides)
        place = [arguments[1], ir.Constant(arguments[1].type, 0)]
        entry = cgutils.get_item_pointer2(
            context, builder, array.data, shape, strides, layout, place
        )
        number = ir.IntType(32)
        address = builder.bitcast(entry, ir.IntType(8).as_pointer())
        kind = ir.FunctionType(ir.VoidType(), [address.type, number, number, number])
        function = builder.module.declare_intrinsic("llvm.prefetch", [address.type], kind)
        # To be read, into the second level of the cache (the first is too small), data.
        builder.call(function, [address, number(0), number(2), number(1)])
        return context.get_dummy_value()

    return types.void(table, types.uint64), generate


@jit
def symmetries(raw):
    """The board in all eight rotations and reflections."""
    turned = transpose(raw)
    return (
        raw, mirror(raw), flip(mirror(raw)), flip(raw),
        turned, mirror(turned), flip(mirror(turned)), flip(turned),
    )  # fmt: skip


@jit
def request(raw, table, masks, offsets):
    """Has the processor fetch the weights of a board."""
    boards = symmetries(raw)
    for p in range(masks.size):
        mask, offset = masks[p], offsets[p]
        for symmetry in range(8):
            _prefetch(table, offset + gather(boards[symmetry], mask))


@jit
def look_up(raw, table, masks, offsets):
    """The sum of the weights of a board: `find_features` and `value_of` in one, in another order.

    Nothing is written in between, so more look-ups fit into what the processor does at a time.
    """
    boards = symmetries(raw)
    value = np.float32(0)
    for p in range(masks.size):
        mask, offset = masks[p], offsets[p]
        for symmetry in range(8):
            value += table[offset + gather(boards[symmetry], mask), 0]
    return value


# ----------------------------------------------------------------------- what a new tile leads to


@jit
def fill_outcomes(rows, outcomes):
    """Fills `outcomes`, uint64 [65536, 4]: what a row with a new tile becomes when it slides left.

    Wherever in a gap the tile appears, the outcome is the same; so a row has at most two outcomes
    with a 2 and two with a 4. Unused ones are 0, behind the others. The bits of an outcome:

        0 to 15     the new row
        16 to 31    the reward divided by 4
        32 to 35    the places where the tile can have appeared
        36 to 39    those of them where it does not move, nor does the rest of the row
        40          whether it is a 4
    """
    for row in range(65536):
        count = 0
        for four in range(2):
            last = -1
            for place in range(4):
                if (row >> (4 * place)) & 15:
                    continue
                with_tile = row | ((1 + four) << (4 * place))
                entry = np.int64(rows[with_tile])
                if entry & 0xFFFF != last:
                    last = entry & 0xFFFF
                    outcomes[row, count] = _U(entry) | (_U(four) << _U(40))
                    count += 1
                outcomes[row, count - 1] |= _ONE << _U(32 + place)
                if last == with_tile:
                    outcomes[row, count - 1] |= _ONE << _U(36 + place)
        outcomes[row, count:] = 0


@jit
def list_children(raw, rows, outcomes, children, rewards, sources):
    """The different afterstates that a new tile and a move can make of a board.

    The board is viewed so that each of the four moves is one to the left. Then a new tile changes
    the outcome in its own row only: `outcomes` has it.

    Args:
        raw: a board that does not need cells.
        children: uint64 [128], written: as seen in their view.
        rewards: float64 [128], written: that of the move to each child.
        sources: int64 [128], written: from which tiles it comes. Bits 0 to 3: the places in the
            line; 4: whether it is a 4; 5 and 6: the line; 7 and 8: the view.

    Returns:
        How many children there are.
    """
    turned = transpose(raw)
    views = (raw, mirror(raw), turned, mirror(turned))
    found = 0
    for view in range(4):
        board = views[view]
        moved = _U(0)
        reward = 0
        changed = 0
        for line in range(4):
            row = (board >> _U(16 * line)) & _ROW
            entry = _U(rows[row])
            moved |= (entry & _ROW) << _U(16 * line)
            reward += np.int64(entry >> _U(16))
            changed |= (entry & _ROW != row) << line
        for line in range(4):
            row = (board >> _U(16 * line)) & _ROW
            others = moved & ~(_ROW << _U(16 * line))
            others_reward = reward - np.int64(_U(rows[row]) >> _U(16))
            others_changed = changed & ~(1 << line) != 0
            for i in range(4):
                outcome = outcomes[row, i]
                if outcome == 0:
                    break
                places = np.int64(outcome >> _U(32)) & 15
                if not others_changed:  # then where the row does not change, the move is not legal
                    places &= ~np.int64(outcome >> _U(36))
                    if places == 0:
                        continue
                children[found] = others | ((outcome & _ROW) << _U(16 * line))
                rewards[found] = (others_reward + (np.int64(outcome >> _U(16)) & 0xFFFF)) << 2
                sources[found] = (
                    (view << 7) | (line << 5) | (np.int64(outcome >> _U(40)) << 4) | places
                )
                found += 1
    return found


@jit
def unview(child, source):
    """A child of `list_children` as it really is."""
    view = source >> 7
    board = mirror(child) if view & 1 else child
    return transpose(board) if view & 2 else board


@jit
def average(raw, found, worth, sources, best):
    """The mean over all new tiles of the best worth of a child that comes from it."""
    best[:] = -np.inf
    for i in range(found):
        source = sources[i]
        cell = _FIRST_CELLS[source >> 5]
        step = _STEPS[source >> 7]
        four = (source >> 4) & 1
        for place in range(4):
            value = worth[i] if (source >> place) & 1 else -np.inf
            best[four, cell] = max(best[four, cell], value)
            cell += step
    total = 0.0
    for cell in range(16):
        for four in range(2):
            # Tiles after which no move is legal are not in the list, nor are occupied cells.
            value = best[four, cell]
            total += _SHARES[four] * (value if value > -np.inf else 0.0)
    return rounded(total / count_empty(raw))


@jit
def count_empty(raw):
    """How many of 16 cells are empty; 1 or more."""
    count = (empty_bits(raw) * _LOW_BITS) >> _U(60)
    return np.int64(count) if count else 16


# ------------------------------------------------------------------------------------ the search


@jit
def new_room(plies):
    """Memory for a search: what `list_children` and `average` write in each layer, and moves."""
    return (
        np.zeros((plies + 1, MOST_CHILDREN), np.uint64),
        np.zeros((plies + 1, MOST_CHILDREN)),
        np.zeros((plies + 1, MOST_CHILDREN), np.int64),
        np.zeros((2, 16)),
        np.zeros((plies + 1, 4, 3), np.uint64),
    )


@jit
def expect_leaves(raw, network, tables, room):
    """`expect` for one ply and a board that does not need cells.

    The weights of all leaves are asked for before the first is read, so that many reads wait for
    memory at the same time.
    """
    table, masks, offsets, initial = network
    children, worth, sources = room[0][1], room[1][1], room[2][1]
    found = list_children(raw, tables[0], tables[1], children, worth, sources)
    for i in range(found):
        request(children[i], table, masks, offsets)
    for i in range(found):
        worth[i] += initial + np.float64(look_up(children[i], table, masks, offsets))
    return average(raw, found, worth, sources, room[3])


@jit
def expect(raw, extra, plies, chance, cutoff, network, tables, slots, stop, room):
    """What an afterstate is worth: E_plies in `expectimax.py`.

    Args:
        raw, extra: the afterstate. plies: layers of our moves below it, 0 or more.
        chance: how probable it is. cutoff: boards less probable than this get one ply.
        network: see above. tables: `env2048.kernels.row_table` and `fill_outcomes`.
        slots: the transposition table, uint64 [S, 2]; none if S is 0.
        stop: uint8 [1]. If another thread sets it to 1, the search ends soon, and what it returns
            is worthless (but nothing worthless is stored).
        room: `new_room`, of `plies` or more.
    """
    # (Its own calls are given no literals: Numba would compile a second version for them, and crash
    # when it loads both from its cache.)
    if plies == 0:
        return network[3] + np.float64(look_up(raw, network[0], network[1], network[2]))
    if stop[0]:
        return 0.0
    slow = needs_cells(raw, extra)
    if plies == 1 and not slow:
        return expect_leaves(raw, network, tables, room)
    count = count_empty(raw)
    if slow:  # a tile above 32768, or soon: exact, without short cuts
        moves = room[4][plies]
        total = 0.0
        for cell in range(16):
            if (raw >> _U(4 * cell)) & _U(15):
                continue
            for four in range(2):
                likely = chance * _SHARES[four] / count
                below = plies - 1 if likely >= cutoff else 0
                with_tile = raw | (_U(1 + four) << _U(4 * cell))
                legal = move_all(with_tile, extra, tables[0], moves)
                best = -np.inf if legal else 0.0
                for action in range(4):
                    if legal & (1 << action):
                        value = expect(
                            moves[action, 0], moves[action, 1], below, likely, cutoff, network,
                            tables, slots, stop, room,
                        )  # fmt: skip
                        best = max(best, np.float64(moves[action, 2]) + value)
                total += _SHARES[four] * best
        return rounded(total / count)
    children, worth, sources = room[0][plies], room[1][plies], room[2][plies]
    found = list_children(raw, tables[0], tables[1], children, worth, sources)
    for i in range(found):
        likely = chance * _SHARES[(sources[i] >> 4) & 1] / count
        if likely < cutoff:
            worth[i] += network[3] + np.float64(
                look_up(children[i], network[0], network[1], network[2])
            )
            continue
        child = unview(children[i], sources[i])
        key = child
        if cutoff > 0:  # then the value depends on the probability
            key ^= np.float64(likely).view(np.uint64) * _MIX_2
        value = recall(slots, key, _U(plies - 1)) if slots.shape[0] else np.nan
        if np.isnan(value):
            if plies == 2 and not needs_cells(child, _U(0)):
                value = expect_leaves(child, network, tables, room)  # quicker than by recursion
            else:
                value = expect(
                    child, _U(0), plies - 1, likely, cutoff, network, tables, slots, stop, room
                )
            if stop[0]:
                return 0.0
            if slots.shape[0]:
                remember(slots, key, _U(plies - 1), value)
        worth[i] += value
    return average(raw, found, worth, sources, room[3])


@jit
def value_moves(raw, extra, wanted, plies, cutoff, network, tables, slots, stop, room, values):
    """Writes what the moves of a board are worth, NaN where illegal, into values float64 [4].

    Args:
        wanted: the actions to value as bits, bit a for action a; the others are left as they are.
        plies: 1 or more. For the rest see `expect`.
    """
    moves = room[4][plies]
    legal = move_all(raw, extra, tables[0], moves)
    for action in range(4):
        if legal & wanted & (1 << action):
            expected = expect(
                moves[action, 0], moves[action, 1], plies - 1, 1.0, cutoff, network, tables,
                slots, stop, room,
            )  # fmt: skip
            values[action] = np.float64(moves[action, 2]) + expected
        elif wanted & (1 << action):
            values[action] = np.nan


@jit
def search(boards, wanted, plies, cutoff, network, tables, slots, stop, values):
    """`value_moves` for many boards, uint8 [N, 16]; values: float64 [N, 4], written."""
    room = new_room(plies)
    for i in range(boards.shape[0]):
        raw, extra = pack(boards[i])
        value_moves(
            raw, extra, wanted, plies, cutoff, network, tables, slots, stop, room, values[i]
        )


GAME_KEY, RAW, EXTRA, SCORE, MOVES, LARGEST = range(6)
"""What the words of a game in `play` are."""


@jit
def start(game, threshold):
    """Begins the game game[GAME_KEY]; uint64 [6], written."""
    game[RAW] = start_packed(game[GAME_KEY], threshold)
    game[EXTRA:] = 0


@jit
def play(game, most, threshold, plies, cutoff, network, tables, slots):
    """Plays on, at most so many moves; returns whether the game goes on after them.

    Args:
        game: uint64 [6], see above, changed. most: moves.
        threshold: `env2048.board.four_threshold`, uint64. For the rest see `expect`.
    """
    room = new_room(plies)
    stop = np.zeros(1, np.uint8)
    values = np.empty(4)
    moves = room[4][plies]
    raw, extra = game[RAW], game[EXTRA]
    goes_on = True
    for _ in range(most):
        value_moves(raw, extra, 15, plies, cutoff, network, tables, slots, stop, room, values)
        best = -1
        highest = -np.inf
        for action in range(4):
            if values[action] > highest:  # never so for NaN
                best, highest = action, values[action]
        if best < 0:
            goes_on = False
            break
        raw, extra = moves[best, 0], moves[best, 1]
        game[SCORE] += moves[best, 2]
        raw = spawn(raw, game[GAME_KEY], game[MOVES] + _U(2), threshold)
        game[MOVES] += _ONE
    game[RAW], game[EXTRA] = raw, extra
    game[LARGEST] = _U(largest_packed(raw, extra))
    return goes_on
