"""Playing and learning with n-tuple networks, compiled: the readable version is `learners.py`.

A network is one flat table of float32 entries. Pattern p owns the entries from offsets[p] on, one
for each combination of its cells' exponents. All eight symmetries of a board look into the same
tables, so a board has m = 8 P *features*: places in the table, whose weights sum to its value. TC
keeps the errors' sum E and absolute sum A of an entry right behind its weight, on the same cache
line. In a network of several stages each has all of this, one stage after the other.

Tiles above 32768 are looked up as 32768.

Five arguments make a network (one after the other: the arrays of a tuple have their references
counted in every call, which takes as long as the rest):

    table: float32 [S * T * C], entry after entry, of each its weight first. (It has one axis: of
        two, compiled code would compute each place with both sizes.)
    patterns: uint64 [P, 3]: 15 in each cell of a pattern, its offset, and whether it is small (see
        `agents.ntuple.patterns.Patterns`).
    splits: uint64 [S - 1], rising: the next stage begins where `different_tiles` comes to the next.
    size: uint64, T * C: numbers per stage. columns: uint64, C.

Letters in shapes: T entries, C columns, S stages, P patterns, m features, G games, N boards.
"""

import numpy as np
from llvmlite import ir
from llvmlite.binding import get_host_cpu_features, get_host_cpu_name
from numba.core import cgutils, config, types
from numba.extending import intrinsic

from env2048.board import MAX_EXPONENT
from env2048.jit import inline, jit
from env2048.kernels import (
    flip,
    max_cells,
    mirror,
    move,
    move_all,
    pack,
    spawn,
    transpose,
    unpack,
)

_U = np.uint64
_BYTES = _U(0x0101010101010101)
_LOW_NIBBLES = _U(0x0F0F0F0F0F0F0F0F)
_CARRIES = _U(0x1010101010101010)
_ONE = _U(1)


def _has_pext():
    """Whether BMI2's PEXT is there, which gathers the bits under a mask in one instruction.

    It exists on x86 since 2013, but is microcode, and slow, on AMD's first two Zen generations.
    With NUMBA_CPU_FEATURES Numba compiles for another processor than this one.
    """
    if config.CPU_FEATURES is not None:
        return "+bmi2" in config.CPU_FEATURES.split(",")
    return get_host_cpu_features().get("bmi2", False) and get_host_cpu_name() not in (
        "znver1",
        "znver2",
    )


@intrinsic
def _pext(typing_context, bits, mask):
    def generate(context, builder, signature, arguments):
        word = ir.IntType(64)
        function = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(word, [word, word]), "llvm.x86.bmi.pext.64"
        )
        return builder.call(function, arguments)

    return types.uint64(types.uint64, types.uint64), generate


@intrinsic
def borrowed(typing_context, array):
    """The same array without its count of references.

    Compiled code counts them up and down, by atomic instructions, wherever an array is handed on:
    several times a move, and threads that share a table wait for each other. The array must have
    another reference for as long as this is used, as a caller's argument has.
    """

    def generate(context, builder, signature, arguments):
        same = context.make_array(signature.args[0])(context, builder, arguments[0])
        same.meminfo = cgutils.get_null_value(same.meminfo.type)
        return same._getvalue()

    return array(array), generate


@intrinsic
def prefetch(typing_context, table, index):
    """Has the processor fetch table[index] while it does other things."""

    def generate(context, builder, signature, arguments):
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        entry = builder.gep(array.data, [arguments[1]])
        number = ir.IntType(32)
        address = builder.bitcast(entry, ir.IntType(8).as_pointer())
        kind = ir.FunctionType(ir.VoidType(), [address.type, number, number, number])
        function = builder.module.declare_intrinsic("llvm.prefetch", [address.type], kind)
        # To be read, into all levels of the cache, data.
        builder.call(function, [address, number(0), number(3), number(1)])
        return context.get_dummy_value()

    return types.void(table, types.uint64), generate


@inline
def gather_by_pext(raw, mask):
    """The cells of `raw` under `mask`, moved together: the index of a pattern."""
    return _pext(raw, mask)


@jit
def gather_by_loop(raw, mask):
    """`gather_by_pext` for other processors, cell by cell."""
    index = _U(0)
    shift = _U(0)
    while mask:
        cell = mask & (~mask + _U(1))  # the lowest bit of the next cell
        index |= ((raw & (cell * _U(15))) // cell) << shift
        shift += _U(4)
        mask &= ~(cell * _U(15))
    return index


gather = gather_by_pext if _has_pext() else gather_by_loop


MASK, OFFSET, SMALL = 0, 1, 2
"""The columns of `patterns`."""


@inline
def has_tile(raw, exponent):
    """Whether any cell of a packed board is `exponent`, 1 to 15, or more."""
    rest = (_U(16) - exponent) * _BYTES  # such a cell and `rest` make 16 or more
    even = (raw & _LOW_NIBBLES) + rest
    odd = (raw >> _U(4) & _LOW_NIBBLES) + rest
    return (even | odd) & _CARRIES != 0


@inline
def different_tiles(raw):
    """The different tiles of a packed board added up: bit k is 1 if any cell is k, 1 to 15."""
    present = _U(0)
    for shift in range(0, 64, 4):
        present |= _ONE << (raw >> _U(shift) & _U(15))
    return present & ~_ONE  # without the empty cells


@inline
def stage_begin(raw, splits, size):
    """Where in the table the stage of a board begins. Yeh et al. 2017, section III."""
    begin = _U(0)
    if splits.size:
        tiles = different_tiles(raw)
        for split in splits:
            begin += size if tiles >= split else _U(0)
    return begin


@inline
def eight_views(raw):
    """All rotations and reflections of a packed board."""
    turned = transpose(raw)
    mirrored, turned_mirrored = mirror(raw), mirror(turned)
    return (
        raw, mirrored, flip(mirrored), flip(raw),
        turned, turned_mirrored, flip(turned_mirrored), flip(turned),
    )  # fmt: skip


@inline
def find_features(raw, table, patterns, splits, size, columns, features):
    """Writes the features of a packed board: the places in the table that it looks into.

    They are all over the table, which is far larger than any cache. So the processor is told to
    fetch them at once, and has them when they are added up, hundreds of instructions later.

    Args:
        raw: a packed board, uint64. features: uint64 [m], written.
    """
    begin = stage_begin(raw, splits, size)
    views = eight_views(raw)
    for p in range(len(patterns)):
        mask, first = patterns[p, MASK], begin + patterns[p, OFFSET] * columns
        for i in range(8):
            place = first + gather(views[i], mask) * columns
            features[8 * p + i] = place
            prefetch(table, place)


@inline
def value_of(table, features):
    """The value of the board with these features: the sum of their weights."""
    value = np.float32(0)
    for place in features:
        value += table[place]
    return value


@inline
def board_value(raw, table, patterns, splits, size, columns):
    """`find_features` and `value_of` in one, the same value.

    Without features to write down and read again, the processor runs far ahead of the additions and
    fetches many weights at once.
    """
    begin = stage_begin(raw, splits, size)
    value = np.float32(0)
    views = eight_views(raw)
    for p in range(len(patterns)):
        mask, first = patterns[p, MASK], begin + patterns[p, OFFSET] * columns
        for view in views:
            value += table[first + gather(view, mask) * columns]
    return value


@inline
def find_moves(
    raw, extra, table, patterns, splits, size, columns, rows, afterstates, features
):  # fmt: skip
    """Makes all four moves and finds the features of what comes of them.

    Where a move is illegal, they are those of a legal one: there is no branch on which are legal,
    which no processor can guess.

    Args:
        raw, extra: a packed board. rows: `env2048.kernels.row_table`.
        afterstates: uint64 [4, 3], written: the packed afterstates, and the rewards.
        features: uint64 [4, m], written if any move is legal.

    Returns:
        The legal moves as bits: bit a for action a.
    """
    legal = move_all(raw, extra, rows, afterstates)
    if legal:
        a, b, c, d = afterstates[0, 0], afterstates[1, 0], afterstates[2, 0], afterstates[3, 0]
        any_legal = a if legal & 1 else b if legal & 2 else c if legal & 4 else d
        for action in range(4):
            board = afterstates[action, 0] if legal >> action & 1 else any_legal
            find_features(board, table, patterns, splits, size, columns, features[action])
    return legal


@inline
def four_values(table, features, first):
    """`value_of` of four boards at once, so that no sum waits for another.

    Args:
        features: uint64 [N, m]. first: the four are this and the next three.
    """
    a = b = c = d = np.float32(0)
    for i in range(features.shape[1]):
        a += table[features[first, i]]
        b += table[features[first + 1, i]]
        c += table[features[first + 2, i]]
        d += table[features[first + 3, i]]
    return a, b, c, d


@inline
def best_found(legal, table, afterstates, features):
    """Chooses the move with most reward + value of those that `find_moves` has found.

    There is no branch on which value is larger.

    Args:
        legal, afterstates, features: of `find_moves`.

    Returns:
        The action (-1 if none is legal), its reward and the afterstate's value.
    """
    best = -1
    best_reward = 0
    best_value = np.float32(0)
    best_total = np.float32(-np.inf)
    if not legal:
        return best, best_reward, best_value
    values = four_values(table, features, 0)
    for action in range(4):
        if legal & (1 << action):
            value = values[action]
            reward = np.int64(afterstates[action, 2])
            total = np.float32(reward) + value
            better = total > best_total
            best = action if better else best
            best_reward = reward if better else best_reward
            best_value = value if better else best_value
            best_total = total if better else best_total
    return best, best_reward, best_value


@inline
def best_move(
    raw, extra, table, patterns, splits, size, columns, rows, afterstates, features
):  # fmt: skip
    """`find_moves` and `best_found` in one, where there is nothing to be done between them."""
    legal = find_moves(
        raw, extra, table, patterns, splits, size, columns, rows, afterstates, features
    )
    return best_found(legal, table, afterstates, features)


@inline
def count_shares(features, patterns):
    """Into how many parts an error is divided: the sum of n^2 over all entries that stand n times.

    An entry that stands n times in the sum takes n steps and changes the value by n each time. So
    with this divisor the value changes by alpha * error, whatever stands twice; with m, the number
    of features, it would overshoot, on an empty board many times over. (Normalised least mean
    squares, Nagumo & Noda 1967, for features that are counts.) Large patterns are taken to repeat
    nothing, which is nearly true.
    """
    shares = 0
    for p in range(len(patterns)):
        if patterns[p, SMALL]:
            for i in range(8 * p, 8 * p + 8):
                for j in range(8 * p, 8 * p + 8):
                    shares += features[i] == features[j]
        else:
            shares += 8
    return np.float32(shares)


@inline
def update(table, patterns, features, error, alpha, coherence):
    """Moves the value of a board by alpha * error: TC if `coherence`, else TD(0).

    Args:
        table: changed. features: uint64 [m].
    """
    step = np.float32(alpha) * error / count_shares(features, patterns)
    if coherence:
        update_tc(table, features, error, step)
    else:
        update_td0(table, features, step)


@inline
def update_td0(table, features, step):
    """TD(0), Szubert & Jaskowski 2014, eq. 7: all weights take the same step."""
    for weight in features:
        table[weight] += step


@inline
def update_tc(table, features, error, step):
    """Temporal coherence, Beal & Smith 1999: each weight's rate is |E| / A, 1 while A is 0."""
    size = abs(error)
    for weight in features:
        errors, sizes = weight + _U(1), weight + _U(2)
        total = table[sizes]
        rate = abs(table[errors]) / total if total > 0 else np.float32(1)
        table[weight] += rate * step
        table[errors] += error
        table[sizes] = total + size


@jit
def downgrade(raw, extra, limit):
    """A board that is played like this one but has no tile above `limit`; see `downgrade.py`.

    Args:
        raw, extra: a packed board.
        limit: in its last four bits an exponent, 1 to 14, and in the four before the smallest
            exponent, 1 or more, that may be the missing one; or 0 for none.

    Returns:
        raw, extra: the board itself if it has no such tile.
    """
    if limit == _U(0):
        return raw, extra
    least, limit = np.int64(limit >> _U(4)), limit & _U(15)
    if not has_tile(raw, limit + _ONE):
        return raw, extra
    if extra:
        return _downgrade_cells(raw, extra, limit, least)
    while has_tile(raw, limit + _ONE):
        missing = _largest_missing(np.int64(different_tiles(raw)))
        if missing < least:
            break
        above = _U(0)  # the lowest bit of each cell above it
        for shift in range(0, 64, 4):
            above |= _U((raw >> _U(shift) & _U(15)) > missing) << _U(shift)
        raw -= above
    return raw, extra


@jit
def _downgrade_cells(raw, extra, limit, least):
    """`downgrade` for boards with tiles above 32768."""
    cells = np.empty(16, np.uint8)
    unpack(raw, extra, cells)
    most = 0
    for cell in cells:
        most += cell == MAX_EXPONENT
    if most > 1:
        return raw, extra
    while max_cells(cells) > limit:
        present = 0
        for cell in cells:
            present |= 1 << cell
        missing = _largest_missing(present)
        if missing < least:
            break
        for i in range(16):
            cells[i] -= cells[i] > missing
    return pack(cells)


@jit
def _largest_missing(present):
    """The largest exponent that no cell has and some cell exceeds, 0 if there is none.

    Args:
        present: bit k is 1 if a cell is k.
    """
    missing = 0
    for exponent in range(1, MAX_EXPONENT):
        if not present >> exponent & 1 and present >> exponent:
            missing = exponent
    return missing


@inline
def start_packed(key, threshold):
    """The board on which the game `key` begins."""
    raw = spawn(_U(0), key, _U(0), threshold)
    return spawn(raw, key, _U(1), threshold)


@jit
def train(
    table, patterns, splits, size, columns, limit, rows, threshold, alpha, coherence, dead,
    carousel, keys, actions, scores, largest, moves, again,
):  # fmt: skip
    """Plays the games `keys` greedily and learns after every move.

    Where a board is downgraded, both are learned from: the board as it is, and the one that the
    move was chosen on, as long as the one follows from the other.

    Args:
        table: changed.
        limit: uint64, see `downgrade`.
        alpha: the learning rate, 0 to learn nothing. coherence: TC if True, else TD(0).
        dead: what is still to come when the game is over, on the scale of the sums of weights.
        carousel: uint64 [W], the smallest first. When a game is over it is played on from where
            `different_tiles` came to the first of these, then from where it last came to the
            second, and so on, each time with other new tiles.
        keys: uint64 [G]. actions: uint8 [A], the first A actions of the last game, written.
        scores, largest (exponents), moves, again: int64 [G], written. The last are the moves of the
            carousel; the others are of the game itself.
    """
    table, patterns = borrowed(table), borrowed(patterns)
    splits, rows = borrowed(splits), borrowed(rows)
    count = 8 * len(patterns)
    last = np.empty(count, np.uint64)  # features of the afterstate before
    low_last = np.empty(count, np.uint64)  # and of the downgraded one
    following = np.empty(count, np.uint64)  # of the afterstate to come
    found = np.empty((4, count), np.uint64)
    afterstates = np.empty((4, 3), np.uint64)
    starts = np.zeros((carousel.size + 1, 2), np.uint64)  # packed boards; 0: not come there
    for g in range(keys.size):
        key = keys[g]
        starts[:] = 0
        starts[0, 0] = start_packed(key, threshold)
        for turn in range(len(starts)):
            raw, extra = starts[turn, 0], starts[turn, 1]
            if raw == 0:
                continue
            ahead = turn  # of the tiles of the carousel, the next to come to
            spawned = (_U(turn) << _U(32)) + _U(2)
            low, low_extra = downgrade(raw, extra, limit)
            expected, expected_extra = _U(0), _U(0)  # what the downgraded board has become
            legal = find_moves(
                low, low_extra, table, patterns, splits, size, columns, rows, afterstates, found
            )
            score = 0
            n = 0
            while True:
                action, reward, value = best_found(legal, table, afterstates, found)
                if n and alpha > 0 and low == expected and low_extra == expected_extra:
                    target = np.float32(reward) + value if action >= 0 else dead
                    error = target - value_of(table, low_last)
                    update(table, patterns, low_last, error, alpha, coherence)
                if action < 0:
                    if n and alpha > 0:  # nothing follows a dead end
                        error = dead - value_of(table, last)
                        update(table, patterns, last, error, alpha, coherence)
                    break
                expected = _U(0)
                if low != raw or low_extra != extra:
                    low, expected_extra = afterstates[action, 0], afterstates[action, 1]
                    expected = spawn(low, key, spawned, threshold)  # the same tile: as many empty
                    low_last[:] = found[action]
                    raw, extra, reward = move(raw, extra, action, rows)
                    find_features(raw, table, patterns, splits, size, columns, following)
                    value = value_of(table, following)
                else:
                    raw, extra = afterstates[action, 0], afterstates[action, 1]
                    following[:] = found[action]
                raw = spawn(raw, key, spawned, threshold)
                spawned += _ONE
                # The weights of the next moves are on their way while the last's are changed.
                low, low_extra = downgrade(raw, extra, limit)
                legal = find_moves(
                    low, low_extra, table, patterns, splits, size, columns, rows, afterstates, found
                )
                if n and alpha > 0:  # TD error of the afterstate before: r + V(s') - V(s)
                    error = np.float32(reward) + value - value_of(table, last)
                    update(table, patterns, last, error, alpha, coherence)
                if ahead < carousel.size and different_tiles(raw) >= carousel[ahead]:
                    ahead += 1
                    starts[ahead, 0], starts[ahead, 1] = raw, extra
                if turn == 0 and n < actions.size:
                    actions[n] = action
                score += reward
                last, following = following, last
                n += 1
            if turn == 0:
                scores[g] = score
                largest[g] = largest_packed(raw, extra)
                moves[g] = n
            else:
                again[g] += n


@jit
def play_again(key, threshold, actions, rows, boards, afterstates):
    """Plays the recorded moves of the game `key`.

    Args:
        actions: uint8 [n]. boards: uint64 [n + 1, 2], written: the packed boards, the start first.
        afterstates: uint64 [n, 3], written: packed, and the reward.
    """
    raw, extra = start_packed(key, threshold), _U(0)
    for i in range(actions.size):
        boards[i, 0], boards[i, 1] = raw, extra
        raw, extra, reward = move(raw, extra, actions[i], rows)
        afterstates[i, 0], afterstates[i, 1], afterstates[i, 2] = raw, extra, _U(reward)
        raw = spawn(raw, key, _U(i + 2), threshold)
    boards[actions.size, 0], boards[actions.size, 1] = raw, extra


@jit
def relearn(
    table, patterns, splits, size, columns, rows, threshold, alpha, coherence, dead, trace, steps,
    key, actions,
):  # fmt: skip
    """Learns from a recorded game again, from its last afterstate to its first.

    Backwards, what is learned of the end reaches the beginning in one sweep. The target of an
    afterstate is its lambda-return (`steps` 1) or its n-step return (`trace` 0). Rewards count as
    they fell only while the recorded move is the one that would be played today; where it is not,
    the return goes on with today's best move (Watkins 1989; Sutton & Barto 2018, section 12.10), so
    that also games of long ago can be learned from.

    Args:
        trace: lambda, 0 to 1. steps: n, 1 or more. key: uint64. actions: uint8 [n].
        For the rest see `train`.
    """
    count = actions.size
    table, patterns = borrowed(table), borrowed(patterns)
    splits, rows = borrowed(splits), borrowed(rows)
    features = np.empty(8 * len(patterns), np.uint64)
    four = np.empty((4, 3), np.uint64)
    found = np.empty((4, 8 * len(patterns)), np.uint64)
    boards = np.empty((count + 1, 2), np.uint64)
    afterstates = np.empty((count, 3), np.uint64)
    play_again(key, threshold, actions, rows, boards, afterstates)
    following = np.empty(count + 1, np.float32)  # reward + value of the best move on each board
    following[count] = dead
    target = dead
    run = 0  # how many recorded moves from here on are those of today
    for i in range(count - 1, -1, -1):
        if i + 1 < count:
            action, reward, value = best_move(
                boards[i + 1, 0], boards[i + 1, 1], table, patterns, splits, size, columns, rows,
                four, found,
            )  # fmt: skip
            following[i + 1] = np.float32(reward) + value
            run = run + 1 if action == actions[i + 1] else 0
            if steps > 1:
                taken = min(run, steps - 1)
                target = following[i + 1 + taken]
                for k in range(taken, 0, -1):
                    target += np.float32(afterstates[i + k, 2])
            elif run and trace > 0:
                target = np.float32(reward) + (np.float32(1) - trace) * value + trace * target
            else:
                target = following[i + 1]
        find_features(afterstates[i, 0], table, patterns, splits, size, columns, features)
        error = target - value_of(table, features)
        update(table, patterns, features, error, alpha, coherence)


@inline
def largest_packed(raw, extra):
    """The largest exponent of a packed board."""
    largest = 0
    for i in range(16):
        cell = ((raw >> _U(4 * i)) & _U(15)) + ((extra >> _U(4 * i)) & _U(15))
        largest = max(largest, np.int64(cell))
    return largest


@jit
def play(
    table, patterns, splits, size, columns, limit, rows, threshold, keys, scores, largest, moves
):  # fmt: skip
    """Plays the games `keys` greedily without learning.

    Args:
        limit: uint64, see `downgrade`. For the rest see `train`.
    """
    table, patterns = borrowed(table), borrowed(patterns)
    splits, rows = borrowed(splits), borrowed(rows)
    afterstates = np.empty((4, 3), np.uint64)
    found = np.empty((4, 8 * len(patterns)), np.uint64)
    for g in range(keys.size):
        key = keys[g]
        raw, extra = start_packed(key, threshold), _U(0)
        score = 0
        n = 0
        while True:
            low, low_extra = downgrade(raw, extra, limit)
            action, reward, _ = best_move(
                low, low_extra, table, patterns, splits, size, columns, rows, afterstates, found
            )
            if action < 0:
                break
            if low == raw and low_extra == extra:
                raw, extra = afterstates[action, 0], afterstates[action, 1]
            else:
                raw, extra, reward = move(raw, extra, action, rows)
            score += reward
            raw = spawn(raw, key, _U(n + 2), threshold)
            n += 1
        scores[g] = score
        largest[g] = largest_packed(raw, extra)
        moves[g] = n


@jit
def move_values(boards, table, patterns, splits, size, columns, limit, rows, values):
    """reward + sum of weights of each move of each board; NaN where it is illegal.

    The sums are rounded to float32 as in `best_move`, so the best of them is its choice.

    Args:
        boards: uint8 [N, 16]. limit: uint64, see `downgrade`. values: float64 [N, 4], written.
    """
    for i in range(boards.shape[0]):
        raw, extra = downgrade(*pack(boards[i]), limit)
        for action in range(4):
            new_raw, new_extra, reward = move(raw, extra, action, rows)
            if new_raw == raw and new_extra == extra:
                values[i, action] = np.nan
            else:
                value = board_value(new_raw, table, patterns, splits, size, columns)
                values[i, action] = np.float32(reward) + value


@jit
def ones(bits, places):
    """Writes the numbers of the bits that are 1, the highest of a byte first; most bytes are 0.

    Args:
        bits: uint8 [N]. places: int64, written: as many as there are.
    """
    found = 0
    for i in range(bits.size):
        byte = bits[i]
        if byte:
            for j in range(8):
                if byte >> (7 - j) & 1:
                    places[found] = 8 * i + j
                    found += 1
