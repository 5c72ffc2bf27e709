"""The rules of 2048 compiled, single and batched: the same games as `board.py`, much faster.

Two representations of a board appear here.

*Cells* are uint8 exponents, flat [size * size]: any size, every tile. The environments keep them.

A *packed* board is a size-4 board in two 64-bit words, cell i in the four bits from 4 i upwards:
`raw` holds min(exponent, 15) and `extra` what is above 15 (so it is 0 in all but the rarest games).
Training and search keep boards packed. A move of a packed board is four look-ups in a table of all
65,536 rows; only boards with a tile above 32768 or with two 32768 tiles take the exact road over
cells.

Letters in shapes: N boards, C = size * size cells.
"""

import sys
from functools import cache

import numpy as np
from numpy.typing import NDArray

from env2048.board import MAX_EXPONENT
from env2048.jit import jit

_U = np.uint64
_LOW_BITS = _U(0x1111111111111111)  # the lowest bit of each cell
_LOW_NIBBLES = _U(0x0F0F0F0F0F0F0F0F)
_BYTES = _U(0x0101010101010101)
_HIGH_BITS = _U(0x8080808080808080)
_NOT_LAST_COLUMN = _U(0x0111011101110111)
_NOT_LAST_ROW = _U(0x0000111111111111)
_GAMMA, _MIX_1, _MIX_2 = _U(0x9E3779B97F4A7C15), _U(0xBF58476D1CE4E5B9), _U(0x94D049BB133111EB)
_U32 = _U(0xFFFFFFFF)
_ONE = _U(1)
_LITTLE_ENDIAN = sys.byteorder == "little"

# ------------------------------------------------------------------------------------- chance


@jit
def draw(key, n):
    """The n-th number of the stream `key`, as `board.draw`; uint64, uint64 -> uint64."""
    z = key + (n + _ONE) * _GAMMA
    z = (z ^ (z >> _U(30))) * _MIX_1
    z = (z ^ (z >> _U(27))) * _MIX_2
    return z ^ (z >> _U(31))


@jit
def choose(bits, count):
    """Which of `count` empty cells the new tile takes: the high 32 bits, scaled."""
    return ((bits >> _U(32)) * _U(count)) >> _U(32)


# -------------------------------------------------------------------------- cells: any size


@jit
def _slide(cells, start, stride, size):
    """Slides the line of cells start, start + stride, ... towards its start, in place.

    Returns the reward (int64) and whether anything moved.
    """
    reward = 0
    moved = False
    filled = 0  # cells of the line that are final, but for a merge into the last of them
    mergeable = 0  # that last tile, or 0 once it was made by a merge
    for i in range(size):
        tile = cells[start + i * stride]
        if tile == 0:
            continue
        if tile == mergeable and tile < MAX_EXPONENT:
            cells[start + (filled - 1) * stride] = tile + 1
            cells[start + i * stride] = 0
            reward += 1 << (tile + 1)
            moved = True
            mergeable = 0
            continue
        if i != filled:
            cells[start + filled * stride] = tile
            cells[start + i * stride] = 0
            moved = True
        filled += 1
        mergeable = tile
    return reward, moved


@jit
def move_cells(cells, size, action):
    """Moves a board in place, without the new tile; returns reward (int64) and whether it moved."""
    reward = 0
    moved = False
    for line in range(size):
        if action == 0:
            start, stride = line, size
        elif action == 1:
            start, stride = line * size + size - 1, -1
        elif action == 2:
            start, stride = (size - 1) * size + line, -size
        else:
            start, stride = line * size, 1
        gained, changed = _slide(cells, start, stride, size)
        reward += gained
        moved |= changed
    return reward, moved


@jit
def mask_cells(cells, size, mask):
    """Writes which moves are legal into `mask` [4] as 0 or 1; returns whether any is."""
    up = right = down = left = False
    for row in range(size):
        for column in range(size):
            i = row * size + column
            tile = cells[i]
            if column + 1 < size:
                other = cells[i + 1]
                merges = tile == other and 0 < tile < MAX_EXPONENT
                left |= merges or (tile == 0 and other != 0)
                right |= merges or (tile != 0 and other == 0)
            if row + 1 < size:
                other = cells[i + size]
                merges = tile == other and 0 < tile < MAX_EXPONENT
                up |= merges or (tile == 0 and other != 0)
                down |= merges or (tile != 0 and other == 0)
    mask[0], mask[1], mask[2], mask[3] = up, right, down, left
    return up or right or down or left


@jit
def spawn_cells(cells, key, n, threshold):
    """Places tile n of the game `key` on a board with an empty cell, in place; returns the cell."""
    empty = 0
    for tile in cells:
        empty += tile == 0
    bits = draw(key, n)
    k = np.int64(choose(bits, empty))
    for i in range(cells.size):
        if cells[i] == 0:
            if k == 0:
                cells[i] = 2 if (bits & _U32) < threshold else 1
                return i
            k -= 1
    return -1


@jit
def max_cells(cells):
    """The largest exponent of a board."""
    largest = np.uint8(0)
    for tile in cells:
        largest = max(largest, tile)
    return largest


# ------------------------------------------------------------------ the single environment


@jit
def start(board, state, threshold, mask):
    """Begins the game state[0] = key: clears the board, places two tiles, writes the mask.

    Args:
        board: uint8 [size, size] or flat [C], written.
        state: uint64 [3]: the key, the number of tiles placed so far and the score, both written.
        threshold: `board.four_threshold`, uint64.
        mask: int8 [4], written.

    Returns:
        The largest exponent.
    """
    cells = board.ravel()
    cells[:] = 0
    spawn_cells(cells, state[0], _U(0), threshold)
    spawn_cells(cells, state[0], _U(1), threshold)
    state[1] = 2
    state[2] = 0
    mask_cells(cells, _side(cells), mask)
    return np.int64(max_cells(cells))


@jit
def step(board, state, threshold, mask, action):
    """One move and the new tile. A move that changes nothing changes nothing here either.

    Args: see `start`; `mask` holds the legal moves before and is updated to those after.

    Returns:
        reward (int64), legal (bool), alive (bool: any move is legal afterwards), largest exponent,
        score (int64).
    """
    cells = board.ravel()
    size = _side(cells)
    reward, legal = move_cells(cells, size, action)
    alive = True
    if legal:
        spawn_cells(cells, state[0], state[1], threshold)
        state[1] += _ONE
        state[2] += _U(reward)
        alive = mask_cells(cells, size, mask)
    else:
        alive = mask[0] or mask[1] or mask[2] or mask[3]
    return reward, legal, bool(alive), np.int64(max_cells(cells)), np.int64(state[2])


@jit
def _side(cells):
    return np.int64(np.sqrt(cells.size) + 0.5)


# ------------------------------------------------------------------------------ packed: size 4


@jit
def pack(cells):
    """Cells uint8 [16] -> raw, extra (uint64 each)."""
    raw = _U(0)
    extra = _U(0)
    for i in range(16):
        low = min(cells[i], np.uint8(15))
        raw |= _U(low) << _U(4 * i)
        extra |= _U(cells[i] - low) << _U(4 * i)
    return raw, extra


@jit
def unpack(raw, extra, cells):
    """Writes the packed board into cells, uint8 [16]."""
    for i in range(16):
        cells[i] = ((raw >> _U(4 * i)) & _U(15)) + ((extra >> _U(4 * i)) & _U(15))


@jit
def _pack_words(low, high):
    """`pack` for 16 cells that are read as two little-endian words, uint64 each.

    A board with a tile above 32768 is only recognized, not packed: its `extra` is not 0, so it
    `needs_cells`.
    """
    return _squeeze(low) | (_squeeze(high) << _U(32)), (low | high) & _U(0xF0F0F0F0F0F0F0F0)


@jit
def _squeeze(word):
    """Eight bytes below 16 -> eight cells of four bits, uint64 below 2^32."""
    word = (word | (word >> _U(4))) & _U(0x00FF00FF00FF00FF)
    word = (word | (word >> _U(8))) & _U(0x0000FFFF0000FFFF)
    return (word | (word >> _U(16))) & _U32


@jit
def _spread(half):
    """Eight cells of four bits -> eight bytes, the reverse of `_squeeze`."""
    half = (half | (half << _U(16))) & _U(0x0000FFFF0000FFFF)
    half = (half | (half << _U(8))) & _U(0x00FF00FF00FF00FF)
    return (half | (half << _U(4))) & _U(0x0F0F0F0F0F0F0F0F)


@jit
def transpose(raw):
    """Swaps rows and columns: two delta swaps, as Knuth's TAOCP 7.1.3 does for bits."""
    t = (raw ^ (raw >> _U(12))) & _U(0x0000F0F00000F0F0)
    raw ^= t ^ (t << _U(12))
    t = (raw ^ (raw >> _U(24))) & _U(0x00000000FF00FF00)
    return raw ^ t ^ (t << _U(24))


@jit
def mirror(raw):
    """Reverses each row."""
    raw = ((raw & _U(0x0F0F0F0F0F0F0F0F)) << _U(4)) | ((raw >> _U(4)) & _U(0x0F0F0F0F0F0F0F0F))
    return ((raw & _U(0x00FF00FF00FF00FF)) << _U(8)) | ((raw >> _U(8)) & _U(0x00FF00FF00FF00FF))


@jit
def flip(raw):
    """Reverses the order of the rows."""
    raw = ((raw & _U(0x0000FFFF0000FFFF)) << _U(16)) | ((raw >> _U(16)) & _U(0x0000FFFF0000FFFF))
    return (raw << _U(32)) | (raw >> _U(32))


@jit
def empty_bits(raw):
    """The lowest bit of each empty cell."""
    occupied = raw | (raw >> _U(1))
    occupied |= occupied >> _U(2)
    return ~occupied & _LOW_BITS


@jit
def needs_cells(raw, extra):
    """Whether a move can involve a tile above 32768: then only the road over cells is exact."""
    if extra:
        return True
    fifteen = raw & (raw >> _U(1))
    fifteen &= (fifteen >> _U(2)) & _LOW_BITS
    return (fifteen & (fifteen - _ONE)) != 0  # two tiles 32768 or more of them


@jit
def fill_row_table(table):
    """Fills `table`, uint32 [65536]: for each row of four cells, slid towards its first cell.

    Bits 0 to 15 of an entry hold the new row, bits 16 to 31 the reward divided by 4 (every tile
    made by merging is a multiple of 4). Two 32768 tiles stay apart here: see `needs_cells`.
    """
    cells = np.empty(4, np.uint8)
    for row in range(65536):
        for i in range(4):
            cells[i] = (row >> (4 * i)) & 15
            if cells[i] == 15:
                cells[i] = MAX_EXPONENT  # does not merge
        reward, _ = _slide(cells, 0, 1, 4)
        new_row = 0
        for i in range(4):
            new_row |= min(np.int64(cells[i]), 15) << (4 * i)
        table[row] = np.uint32(new_row | ((reward >> 2) << 16))


@cache
def row_table() -> NDArray[np.uint32]:
    """The table that packed boards move by, filled once per process; uint32 [65536]."""
    table = np.empty(65536, np.uint32)
    fill_row_table(table)
    return table


@jit
def _move_rows(raw, table):
    """All four rows towards their first cell; returns the board and the reward (int64)."""
    a = table[raw & _U(0xFFFF)]
    b = table[(raw >> _U(16)) & _U(0xFFFF)]
    c = table[(raw >> _U(32)) & _U(0xFFFF)]
    d = table[raw >> _U(48)]
    low = _U(0xFFFF)
    new = (
        (_U(a) & low)
        | ((_U(b) & low) << _U(16))
        | ((_U(c) & low) << _U(32))
        | ((_U(d) & low) << _U(48))
    )
    return new, (
        (np.int64(a) >> 16) + (np.int64(b) >> 16) + (np.int64(c) >> 16) + (np.int64(d) >> 16)
    ) << 2


@jit
def _move_over_cells(raw, extra, action):
    cells = np.empty(16, np.uint8)
    unpack(raw, extra, cells)
    reward, _ = move_cells(cells, 4, action)
    raw, extra = pack(cells)
    return raw, extra, reward


@jit
def move(raw, extra, action, table):
    """The afterstate of a packed board: raw, extra, reward. Nothing changed: an illegal move."""
    if needs_cells(raw, extra):
        return _move_over_cells(raw, extra, action)
    # Selections instead of branches: nobody can guess the next action.
    vertical = action == 0 or action == 2
    reverse = action == 1 or action == 2
    turned = transpose(raw) if vertical else raw
    turned = mirror(turned) if reverse else turned
    new, reward = _move_rows(turned, table)
    new = mirror(new) if reverse else new
    new = transpose(new) if vertical else new
    return new, extra, reward


@jit
def move_all(raw, extra, table, afterstates):
    """`move` for all four actions at once, which shares their first steps.

    Args:
        afterstates: uint64 [4, 3], written: raw, extra and reward of each action.

    Returns:
        The legal actions as bits: bit a for action a.
    """
    if needs_cells(raw, extra):
        for action in range(4):
            new, new_extra, reward = _move_over_cells(raw, extra, action)
            afterstates[action, 0], afterstates[action, 1] = new, new_extra
            afterstates[action, 2] = _U(reward)
    else:
        turned = transpose(raw)
        left, left_reward = _move_rows(raw, table)
        right, right_reward = _move_rows(mirror(raw), table)
        up, up_reward = _move_rows(turned, table)
        down, down_reward = _move_rows(mirror(turned), table)
        afterstates[0, 0], afterstates[0, 2] = transpose(up), _U(up_reward)
        afterstates[1, 0], afterstates[1, 2] = mirror(right), _U(right_reward)
        afterstates[2, 0], afterstates[2, 2] = transpose(mirror(down)), _U(down_reward)
        afterstates[3, 0], afterstates[3, 2] = left, _U(left_reward)
        for action in range(4):
            afterstates[action, 1] = extra
    legal = 0
    for action in range(4):
        if afterstates[action, 0] != raw or afterstates[action, 1] != extra:
            legal |= 1 << action
    return legal


@jit
def spawn(raw, key, n, threshold):
    """Places tile n of the game `key` on a packed board that has an empty cell.

    There is no loop: how often it ran would be chance, and wrong guesses cost a processor dearly.
    """
    empty = empty_bits(raw)
    up_to = empty * _LOW_BITS  # in each cell: how many are empty from the first up to this one
    count = up_to >> _U(60)
    bits = draw(key, n)
    four = _U((bits & _U32) < threshold)
    if count == 0:  # 16, modulo 16: the board is empty
        return _ONE << (_U(4) * choose(bits, _U(16)) + four)
    # The chosen cell is the first one up to which more than k cells are empty. Added to 127 - k,
    # such a number reaches the highest bit of its byte.
    k = choose(bits, count)
    rest = (_U(127) - k) * _BYTES
    even = ((up_to & _LOW_NIBBLES) + rest) & _HIGH_BITS
    odd = (((up_to >> _U(4)) & _LOW_NIBBLES) + rest) & _HIGH_BITS
    from_there_on = (((even >> _U(7)) + (odd >> _U(7))) * _BYTES) >> _U(56)
    return raw | (_ONE << (_U(4) * (_U(16) - from_there_on) + four))


@jit
def _max_packed(raw):
    """The largest of 16 cells below 16, bit by bit from the highest."""
    largest = 0
    candidates = _LOW_BITS
    for bit in range(3, -1, -1):
        having = (raw >> _U(bit)) & candidates
        found = having != 0
        candidates = having if found else candidates
        largest |= np.int64(found) << bit
    return largest


@jit
def _mask_packed(raw, mask):
    """`mask_cells` for a packed board that does not need cells: all 48 neighbours at once."""
    empty = empty_bits(raw)
    tile = empty ^ _LOW_BITS
    across = empty_bits(raw ^ (raw >> _U(4))) & tile  # equal to the cell on its right
    below = empty_bits(raw ^ (raw >> _U(16))) & tile
    up = (below | (empty & (tile >> _U(16)))) & _NOT_LAST_ROW
    right = (across | (tile & (empty >> _U(4)))) & _NOT_LAST_COLUMN
    down = (below | (tile & (empty >> _U(16)))) & _NOT_LAST_ROW
    left = (across | (empty & (tile >> _U(4)))) & _NOT_LAST_COLUMN
    mask[0], mask[1], mask[2], mask[3] = up != 0, right != 0, down != 0, left != 0
    return (up | right | down | left) != 0


# --------------------------------------------------------------- a whole game in one array

KEY, PLACED, SCORE, THRESHOLD, SIZE, MASK, CELLS = range(7)
"""Where in a `game` the key, the number of tiles placed, the score, the threshold for a 4, the side
of the board, the mask (int8 [4]) and the cells (uint8 [C]) are or begin."""


def new_game(size: int, threshold: int) -> NDArray[np.uint64]:
    """An empty `game`, uint64 [6 + ceil(C / 8)], for `start_game` and `step_game`.

    Each array that is given to a compiled function costs as much time as a move; so the single
    environment keeps everything in one.
    """
    game = np.zeros(CELLS + -(-size * size // 8), np.uint64)
    game[THRESHOLD] = threshold
    game[SIZE] = size
    return game


def board_and_mask(game: NDArray[np.uint64]) -> tuple[NDArray[np.uint8], NDArray[np.int8]]:
    """Views of a game: its board, uint8 [size, size], and its mask, int8 [4]."""
    size = int(game[SIZE])
    board = game[CELLS:].view(np.uint8)[: size * size].reshape(size, size)
    return board, game[MASK:CELLS].view(np.int8)[:4]


@jit
def start_game(game):
    """`start` for game[KEY]; returns the face value of the largest tile."""
    size = np.int64(game[SIZE])
    cells = game[CELLS:].view(np.uint8)[: size * size]
    largest = start(cells, game[:THRESHOLD], game[THRESHOLD], game[MASK:CELLS].view(np.int8))
    return 1 << largest


@jit
def step_game(game, action, table):
    """`step` in the form that the environment returns it; `table`: `fill_row_table`.

    Returns:
        reward (float64), legal (bool), alive (bool), face value of the largest tile (int64, 0 on an
        empty board), score (int64).
    """
    size = np.int64(game[SIZE])
    mask = game[MASK:CELLS].view(np.int8)
    if size == 4 and _LITTLE_ENDIAN:
        raw, extra = _pack_words(game[CELLS], game[CELLS + 1])
        if not needs_cells(raw, extra):
            new, _, reward = move(raw, extra, action, table)
            legal = new != raw
            if legal:
                new = spawn(new, game[KEY], game[PLACED], game[THRESHOLD])
                game[PLACED] += _ONE
                game[SCORE] += _U(reward)
                game[CELLS], game[CELLS + 1] = _spread(new & _U32), _spread(new >> _U(32))
            alive = _mask_packed(new, mask)
            face = (1 << _max_packed(new)) & ~1
            return np.float64(reward), legal, alive, face, np.int64(game[SCORE])
    cells = game[CELLS:].view(np.uint8)[: size * size]
    reward, legal, alive, largest, score = step(
        cells, game[:THRESHOLD], game[THRESHOLD], mask, action
    )
    return np.float64(reward), legal, alive, (1 << largest) & ~1, score


# --------------------------------------------------------------------------------- batched


@jit
def start_many(indices, boards, states, threshold, masks, largest):
    """`start` for the boards in `indices` int64 [K].

    Args:
        boards: uint8 [N, C]. states: uint64 [N, 3]. masks: int8 [N, 4]. largest: int64 [N].
    """
    for i in indices:
        largest[i] = start(boards[i], states[i], threshold, masks[i])


@jit
def step_many(
    actions, skip, boards, states, threshold, masks, largest, rewards, legal, alive, table
):
    """`step` for every board but those in `skip`.

    Args:
        actions: int64 [N]. skip: bool [N].
        boards: uint8 [N, C]. states: uint64 [N, 3]. masks: int8 [N, 4]. largest: int64 [N].
        rewards: float64 [N], written. legal, alive: bool [N], written.
        table: `fill_row_table`.
    """
    quick = boards.shape[1] == 16 and _LITTLE_ENDIAN
    flat = boards.ravel()
    words = flat[: flat.size // 8 * 8].view(np.uint64)  # two per board of size 4
    for i in range(actions.size):
        if skip[i]:
            continue
        if quick:
            raw, extra = _pack_words(words[2 * i], words[2 * i + 1])
            if not needs_cells(raw, extra):
                new, _, reward = move(raw, extra, actions[i], table)
                rewards[i] = reward
                legal[i] = new != raw
                if legal[i]:
                    new = spawn(new, states[i, 0], states[i, 1], threshold)
                    states[i, 1] += _ONE
                    states[i, 2] += _U(reward)
                    words[2 * i], words[2 * i + 1] = _spread(new & _U32), _spread(new >> _U(32))
                    alive[i] = _mask_packed(new, masks[i])
                    largest[i] = _max_packed(new)
                continue
        rewards[i], legal[i], alive[i], largest[i], _ = step(
            boards[i], states[i], threshold, masks[i], actions[i]
        )


@jit
def afterstates_many(boards, size, afterstates, rewards, legal):
    """The four afterstates of each board.

    Args:
        boards: uint8 [N, C]. afterstates: uint8 [N, 4, C], written (an illegal move gives the board
            itself). rewards: int64 [N, 4], written. legal: bool [N, 4], written.
    """
    for i in range(boards.shape[0]):
        for action in range(4):
            afterstates[i, action] = boards[i]
            rewards[i, action], legal[i, action] = move_cells(afterstates[i, action], size, action)
