"""What of the policy's work is compiled: boards seen from one side, look-ups, returns.

Boards are packed, one uint64 each (see `env2048.kernels`): cell i in the four bits from 4 i
upwards, tiles above 32768 read as 32768.

Letters in shapes: N boards, G groups, P = 4 pairs of cells per group, W features per group, T
moves, E sequences.
"""

import numpy as np

from env2048.jit import jit
from env2048.kernels import flip, mask_cells, mirror, pack, transpose, unpack

_U = np.uint64

SYMMETRIES = 8

# --------------------------------------------------------------------------------- symmetries


@jit
def transform(raw, symmetry):
    """A board seen from another side: its bits say transposed (4), then upside down (2), mirrored.

    For symmetry 0 to 7 these are the eight symmetries of the square; 0 changes nothing.
    """
    if symmetry & 4:
        raw = transpose(raw)
    if symmetry & 2:
        raw = flip(raw)
    if symmetry & 1:
        raw = mirror(raw)
    return raw


@jit
def canonical(raw):
    """The one of a board's eight pictures that is the largest number, and which symmetry it is.

    The highest digit is the last cell: of all corners the one with the largest tile is turned
    there, and of the two lines that end in it the one that is larger becomes the last row.
    """
    best, symmetry = raw, 0
    flipped, mirrored = flip(raw), mirror(raw)
    both = mirror(flipped)
    turned = transpose(raw)
    turned_flipped, turned_mirrored = flip(turned), mirror(turned)
    turned_both = mirror(turned_flipped)
    if mirrored > best:
        best, symmetry = mirrored, 1
    if flipped > best:
        best, symmetry = flipped, 2
    if both > best:
        best, symmetry = both, 3
    if turned > best:
        best, symmetry = turned, 4
    if turned_mirrored > best:
        best, symmetry = turned_mirrored, 5
    if turned_flipped > best:
        best, symmetry = turned_flipped, 6
    if turned_both > best:
        best, symmetry = turned_both, 7
    return best, symmetry


@jit
def look(cells, masks, turn, moves, boards, symmetries, seen_masks):
    """Boards as the network is to see them.

    Args:
        cells: uint8 [N, 16].
        masks: int8 [N, 4], the legal moves.
        turn: whether each board is turned to its canonical picture.
        moves: int8 [8, 4]: what a move of the board is in its picture, see `symmetries.MOVES`.
        boards: uint64 [N], written. symmetries: int8 [N], written: which picture it is.
        seen_masks: uint8 [N], written: the legal moves of the picture, bit a for move a.
    """
    for n in range(len(cells)):
        raw, _ = pack(cells[n])
        symmetry = 0
        if turn:
            raw, symmetry = canonical(raw)
        boards[n] = raw
        symmetries[n] = symmetry
        bits = 0
        for action in range(4):
            if masks[n, action]:
                bits |= 1 << moves[symmetry, action]
        seen_masks[n] = bits


@jit
def look_at(cells, turn, moves, boards, symmetries, seen_masks):
    """`look` for boards whose legal moves are not known; uint8 [N, 16]."""
    mask = np.zeros((1, 4), np.int8)
    for n in range(len(cells)):
        mask_cells(cells[n], 4, mask[0])
        look(
            cells[n : n + 1], mask, turn, moves,
            boards[n : n + 1], symmetries[n : n + 1], seen_masks[n : n + 1],
        )  # fmt: skip


@jit
def transform_many(boards, symmetries, out):
    """`transform` for each; uint64 [N], int8 [N] -> out uint64 [N]."""
    for n in range(len(boards)):
        out[n] = transform(boards[n], symmetries[n])


@jit
def pack_many(cells, out):
    """`pack` for each, tiles above 32768 as 32768; uint8 [N, 16] -> out uint64 [N]."""
    for n in range(len(cells)):
        raw, _ = pack(cells[n])
        out[n] = raw


@jit
def spawns(after, turn):
    """All boards that new tiles make of afterstates, but the dead ones.

    Args:
        after: uint64 [N].
        turn: whether boards are turned to their canonical pictures.

    Returns:
        Boards uint64 [K], which afterstate each was int64 [K], how likely it is float64 [K].
    """
    most = 32 * len(after)
    boards, parents = np.empty(most, np.uint64), np.empty(most, np.int64)
    shares = np.empty(most)
    cells, mask = np.empty(16, np.uint8), np.zeros(4, np.int8)
    count = 0
    for n in range(len(after)):
        unpack(after[n], _U(0), cells)
        empty = (cells == 0).sum()
        for cell in range(16):
            if cells[cell]:
                continue
            for exponent in (1, 2):
                cells[cell] = exponent
                if empty > 1 or mask_cells(cells, 4, mask):
                    raw = after[n] | (_U(exponent) << _U(4 * cell))
                    if turn:
                        raw, _ = canonical(raw)
                    boards[count], parents[count] = raw, n
                    shares[count] = (0.9 if exponent == 1 else 0.1) / empty
                    count += 1
            cells[cell] = 0
    return boards[:count], parents[:count], shares[:count]


# ---------------------------------------------------------------------------------- look-ups


@jit
def look_up(boards, shifts, table, bias, out):
    """The first layer: out[n, g] = relu(bias[g] + sum over its 4 pairs p of table[g, p, tiles]).

    Args:
        boards: uint64 [N].
        shifts: uint64 [G * 4, 2]: where in a board the two cells of each pair are.
        table: float32 [G * 4 * 256, W], the 256 rows of each pair one after the other.
        bias: float32 [G * W].
        out: float32 [N, G * W], written.
    """
    groups, width = len(shifts) // 4, table.shape[1]
    for n in range(len(boards)):
        board = boards[n]
        for g in range(groups):
            a = _row(board, shifts, 4 * g)
            b = _row(board, shifts, 4 * g + 1)
            c = _row(board, shifts, 4 * g + 2)
            d = _row(board, shifts, 4 * g + 3)
            base = g * width
            for j in range(width):
                value = table[a, j] + table[b, j] + table[c, j] + table[d, j] + bias[base + j]
                out[n, base + j] = max(value, table.dtype.type(0))


@jit
def _row(board, shifts, pair):
    """The row of the table that a pair of cells looks up."""
    first = (board >> shifts[pair, 0]) & _U(15)
    second = (board >> shifts[pair, 1]) & _U(15)
    return np.int64(_U(256 * pair) + _U(16) * first + second)


@jit
def scatter(boards, shifts, out, delta, table_gradient, bias_gradient):
    """The reverse of `look_up`: each row collects the delta of the boards that looked it up.

    Args:
        boards, shifts: as in `look_up`. out: what it wrote, 0 where the unit was not active.
        delta: float32 [N, G * W], the derivative by `out`.
        table_gradient, bias_gradient: float32 as the table and the bias, added to.
    """
    groups, width = len(shifts) // 4, table_gradient.shape[1]
    masked = np.empty(width, delta.dtype)
    for n in range(len(boards)):
        board = boards[n]
        for g in range(groups):
            base = g * width
            for j in range(width):
                masked[j] = delta[n, base + j] if out[n, base + j] > 0 else delta.dtype.type(0)
            for j in range(width):
                bias_gradient[base + j] += masked[j]
            for p in range(4 * g, 4 * g + 4):
                row = _row(board, shifts, p)
                for j in range(width):
                    table_gradient[row, j] += masked[j]


# ----------------------------------------------------------------------------------- choices


@jit
def choose(logits, masks, uniforms, actions, log_chances):
    """Draws a legal move of each board by its probability.

    Args:
        logits: float32 [4, N]. masks: uint8 [N], legal moves as bits. uniforms: float32 [N].
        actions: int8 [N], written. log_chances: float32 [N, 4], written; 0 if illegal.
    """
    for n in range(len(masks)):
        highest = -np.inf
        for a in range(4):
            if masks[n] >> a & 1:
                highest = max(highest, logits[a, n])
        total = 0.0
        for a in range(4):
            if masks[n] >> a & 1:
                total += np.exp(logits[a, n] - highest)
        shift = highest + np.log(total)
        left = np.float64(uniforms[n])
        chosen = -1
        for a in range(4):
            log_chances[n, a] = 0.0
            if masks[n] >> a & 1:
                log_chances[n, a] = logits[a, n] - shift
                if left >= 0:
                    chosen = a
                    left -= np.exp(logits[a, n] - shift)
        actions[n] = chosen


# ----------------------------------------------------------------------------------- returns


@jit
def vtrace(rewards, ends, values, ratios, gamma, trace, bound, targets, advantages):
    """See `returns.vtrace`; backwards, sequence beside sequence."""
    steps, count = rewards.shape
    ahead = np.zeros(count, np.float32)  # v_{t+1} - V_{t+1}, 0 behind the last move
    one = np.float32(1)
    for t in range(steps - 1, -1, -1):
        for e in range(count):
            going = np.float32(0) if ends[t, e] else gamma
            delta = rewards[t, e] + going * values[t + 1, e] - values[t, e]
            further = going * trace * ahead[e]
            ratio = ratios[t, e]
            found = min(bound, ratio) * delta + min(one, ratio) * further
            advantages[t, e] = delta + further
            targets[t, e] = values[t, e] + found
            ahead[e] = found


@jit
def finished(ends, newest):
    """Which moves are of games that ended within the last `newest` moves, bool [T, E].

    Args:
        ends: bool [T, E], whether the game ended with each move.
        newest: how many of the T moves are new.
    """
    steps, count = ends.shape
    found = np.zeros((steps, count), np.bool_)
    for e in range(count):
        inside = False
        for t in range(steps - 1, -1, -1):
            if ends[t, e]:
                inside = t >= steps - newest
            found[t, e] = inside
    return found
