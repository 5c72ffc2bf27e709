"""Playing and learning with n-tuple networks, compiled: the readable version is `learners.py`.

A network is one flat table of float32 entries [T, columns]. Pattern p owns the entries from
offsets[p] on, one for each combination of its cells' exponents. All eight symmetries of a board
look into the same tables, so a board has m = 8 * P *features*: indices of entries, whose weights
(column 0) sum to its value. TC keeps the errors' sum E and absolute sum A of an entry in columns 1
and 2, on the same cache line as its weight.

Tiles above 32768 are looked up as 32768.

Letters in shapes: T entries, P patterns, m features, G games, N boards.
"""

import numpy as np
from llvmlite import ir
from llvmlite.binding import get_host_cpu_features, get_host_cpu_name
from numba.core import cgutils, config, types
from numba.extending import intrinsic

from env2048.jit import jit
from env2048.kernels import flip, mirror, move, move_all, pack, spawn, transpose

_U = np.uint64


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


@jit
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


@jit
def find_features(raw, masks, offsets, features):
    """Writes the features of a packed board: the entries of the table that it looks into.

    Args:
        raw: a packed board, uint64. masks: uint64 [P], 15 in each cell of the pattern.
        offsets: uint64 [P], where the table of each pattern begins. features: uint64 [m], written.
    """
    turned = transpose(raw)
    boards = (
        raw, mirror(raw), flip(mirror(raw)), flip(raw),
        turned, mirror(turned), flip(mirror(turned)), flip(turned),
    )  # fmt: skip
    count = masks.size
    for symmetry in range(8):
        board = boards[symmetry]
        for p in range(count):
            features[symmetry * count + p] = offsets[p] + gather(board, masks[p])


@jit
def value_of(table, features):
    """The value of the board with these features: the sum of their weights."""
    value = np.float32(0)
    for index in features:
        value += table[index, 0]
    return value


@jit
def best_move(raw, extra, table, masks, offsets, rows, features, afterstates):
    """Looks up the afterstates of all moves and chooses the one with most reward + value.

    First all features are found, then all weights are read: so many reads wait for memory at the
    same time, and none for the outcome of a comparison.

    Args:
        features: uint64 [4, m], written for the legal moves.
        afterstates: uint64 [4, 2], written: the packed afterstates.

    Returns:
        The action (-1 if none is legal), its reward and the afterstate's value.
    """
    best = -1
    best_reward = 0
    best_value = np.float32(0)
    best_total = np.float32(-np.inf)
    legal = move_all(raw, extra, rows, afterstates)
    for action in range(4):
        if legal & (1 << action):
            find_features(afterstates[action, 0], masks, offsets, features[action])
    for action in range(4):
        if legal & (1 << action):
            value = value_of(table, features[action])
            reward = np.int64(afterstates[action, 2])
            total = np.float32(reward) + value
            if total > best_total:
                best, best_reward, best_value, best_total = action, reward, value, total
    return best, best_reward, best_value


@jit
def count_shares(features, small):
    """Into how many parts an error is divided: the sum of n^2 over all entries that stand n times.

    An entry that stands n times in the sum takes n steps and changes the value by n each time. So
    with this divisor the value changes by alpha * error, whatever stands twice; with m, the number
    of features, it would overshoot, on an empty board many times over. (Normalised least mean
    squares, Nagumo & Noda 1967, for features that are counts.) Large patterns are taken to repeat
    nothing, which is nearly true.
    """
    count = small.size
    shares = features.size
    for p in range(count):
        if small[p]:
            for i in range(1, 8):
                for j in range(i):
                    shares += 2 * (features[i * count + p] == features[j * count + p])
    return np.float32(shares)


@jit
def update(table, features, small, error, alpha, coherence):
    """Moves the value of a board by alpha * error: TC if `coherence`, else TD(0).

    Args:
        table: float32 [T, columns], changed. features: uint64 [m]. small: bool [P], see `Patterns`.
    """
    step = np.float32(alpha) * error / count_shares(features, small)
    if coherence:
        update_tc(table, features, error, step)
    else:
        update_td0(table, features, step)


@jit
def update_td0(table, features, step):
    """TD(0), Szubert & Jaskowski 2014, eq. 7: all weights take the same step."""
    for index in features:
        table[index, 0] += step


@jit
def update_tc(table, features, error, step):
    """Temporal coherence, Beal & Smith 1999: each weight's rate is |E| / A, 1 while A is 0."""
    size = abs(error)
    for index in features:
        total = table[index, 2]
        rate = abs(table[index, 1]) / total if total > 0 else np.float32(1)
        table[index, 0] += rate * step
        table[index, 1] += error
        table[index, 2] = total + size


@jit
def start_packed(key, threshold):
    """The board on which the game `key` begins."""
    raw = spawn(_U(0), key, _U(0), threshold)
    return spawn(raw, key, _U(1), threshold)


@jit
def train(
    table, masks, offsets, small, rows, threshold, alpha, coherence, dead, keys, actions, scores,
    largest, moves,
):  # fmt: skip
    """Plays the games `keys` greedily and learns after every move.

    Args:
        table: float32 [T, columns], changed.
        alpha: the learning rate, 0 to learn nothing. coherence: TC if True, else TD(0).
        dead: what is still to come when the game is over, on the scale of the sums of weights.
        keys: uint64 [G]. actions: uint8 [A], the first A actions of the last game, written.
        scores, largest (exponents), moves: int64 [G], written.
    """
    count = 8 * masks.size
    features = np.empty((4, count), np.uint64)
    last = np.empty(count, np.uint64)  # features of the afterstate before
    afterstates = np.empty((4, 3), np.uint64)
    for g in range(keys.size):
        key = keys[g]
        raw, extra = start_packed(key, threshold), _U(0)
        score = 0
        n = 0
        while True:
            action, reward, value = best_move(
                raw, extra, table, masks, offsets, rows, features, afterstates
            )
            if n and alpha > 0:
                # TD error of the afterstate before: r + V(s') - V(s); nothing follows a dead end.
                target = np.float32(reward) + value if action >= 0 else dead
                update(table, last, small, target - value_of(table, last), alpha, coherence)
            if action < 0:
                break
            last[:] = features[action]
            if n < actions.size:
                actions[n] = action
            score += reward
            raw, extra = afterstates[action, 0], afterstates[action, 1]
            raw = spawn(raw, key, _U(n + 2), threshold)
            n += 1
        scores[g] = score
        largest[g] = largest_packed(raw, extra)
        moves[g] = n


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
    table,
    masks,
    offsets,
    small,
    rows,
    threshold,
    alpha,
    coherence,
    dead,
    trace,
    steps,
    key,
    actions,
):
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
    features = np.empty((4, 8 * masks.size), np.uint64)
    found = np.empty(8 * masks.size, np.uint64)
    four = np.empty((4, 3), np.uint64)
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
                boards[i + 1, 0], boards[i + 1, 1], table, masks, offsets, rows, features, four
            )
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
        find_features(afterstates[i, 0], masks, offsets, found)
        update(table, found, small, target - value_of(table, found), alpha, coherence)


@jit
def largest_packed(raw, extra):
    """The largest exponent of a packed board."""
    largest = 0
    for i in range(16):
        cell = ((raw >> _U(4 * i)) & _U(15)) + ((extra >> _U(4 * i)) & _U(15))
        largest = max(largest, np.int64(cell))
    return largest


@jit
def play(table, masks, offsets, rows, threshold, keys, scores, largest, moves):
    """Plays the games `keys` greedily without learning. Arguments as for `train`."""
    features = np.empty((4, 8 * masks.size), np.uint64)
    afterstates = np.empty((4, 3), np.uint64)
    for g in range(keys.size):
        key = keys[g]
        raw, extra = start_packed(key, threshold), _U(0)
        score = 0
        n = 0
        while True:
            action, reward, _ = best_move(
                raw, extra, table, masks, offsets, rows, features, afterstates
            )
            if action < 0:
                break
            score += reward
            raw, extra = afterstates[action, 0], afterstates[action, 1]
            raw = spawn(raw, key, _U(n + 2), threshold)
            n += 1
        scores[g] = score
        largest[g] = largest_packed(raw, extra)
        moves[g] = n


@jit
def move_values(boards, table, masks, offsets, rows, values):
    """reward + sum of weights of each move of each board; NaN where it is illegal.

    The sums are rounded to float32 as in `best_move`, so the best of them is its choice.

    Args:
        boards: uint8 [N, 16]. values: float64 [N, 4], written.
    """
    features = np.empty(8 * masks.size, np.uint64)
    for i in range(boards.shape[0]):
        raw, extra = pack(boards[i])
        for action in range(4):
            new_raw, new_extra, reward = move(raw, extra, action, rows)
            if new_raw == raw and new_extra == extra:
                values[i, action] = np.nan
            else:
                find_features(new_raw, masks, offsets, features)
                values[i, action] = np.float32(reward) + value_of(table, features)
