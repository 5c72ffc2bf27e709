"""The compiled rules, against `board.py` on thousands of boards and the oracle on a million."""

import numpy as np
import pytest
from oracle import masks, move, random_boards, spawn, splitmix64, step

from env2048 import board as rules
from env2048 import kernels

EMPTY = np.zeros((4, 4), np.uint8)
TENTH = np.uint64(rules.four_threshold(0.1))


def keys_and_counts(count, rng):
    keys = rng.integers(0, 2**64 - 1, count, dtype=np.uint64, endpoint=True)
    return keys, rng.integers(0, 30_000, count).astype(np.uint64)


# ------------------------------------------------------------- the oracle is right: board.py


@pytest.mark.parametrize(("size", "count"), [(2, 1000), (3, 1000), (4, 8000), (5, 500), (6, 500)])
def test_oracle_equals_the_reference(size, count):
    rng = np.random.default_rng(size)
    boards = random_boards(count, size, rng)
    keys, n = keys_and_counts(count, rng)
    legal = masks(boards)
    for action in range(4):
        afterstates, rewards = move(boards, action)
        for i, board in enumerate(boards):
            after, reward = rules.move(board, action)
            assert after.tobytes() == afterstates[i].tobytes()
            assert reward == rewards[i]
            assert (after.tobytes() != board.tobytes()) == legal[i, action]
    spawned = spawn(boards, keys, n, 0.1)
    for i, board in enumerate(boards):
        if not board.all():
            tile = rules.next_spawn(board, int(keys[i]), int(n[i]))
            assert rules.place(board, tile).tobytes() == spawned[i].tobytes()


# ------------------------------------------------- single kernels: board.py and the oracle


def test_draw():
    rng = np.random.default_rng(0)
    keys, n = keys_and_counts(500, rng)
    n[:3] = 0, 2**32, 2**63
    for key, i, number in zip(keys, n, splitmix64(keys, n), strict=True):
        assert kernels.draw(key, i) == number == rules.draw(int(key), int(i))
    assert kernels.draw(np.uint64(0), np.uint64(0)) == 0xE220A8397B1DCDAF


@pytest.mark.parametrize("size", [2, 3, 4, 5, 6, 9])
def test_cells(size):
    """move_cells, mask_cells, max_cells and spawn_cells on 1,000 boards of each size."""
    rng = np.random.default_rng(size)
    boards = random_boards(1000, size, rng)
    keys, n = keys_and_counts(len(boards), rng)
    moved = [move(boards, action) for action in range(4)]
    legal, spawned = masks(boards), spawn(boards, keys, n, 0.1)
    mask = np.empty(4, np.int8)
    for i, board in enumerate(boards):
        assert kernels.mask_cells(board.ravel(), size, mask) == legal[i].any()
        assert (mask == legal[i]).all()
        assert kernels.max_cells(board.ravel()) == board.max()
        for action in range(4):
            cells = board.ravel().copy()
            reward, changed = kernels.move_cells(cells, size, action)
            assert cells.tobytes() == moved[action][0][i].tobytes()
            assert (reward, changed) == (moved[action][1][i], legal[i, action])
        cells = board.ravel().copy()
        cell = kernels.spawn_cells(cells, keys[i], n[i], TENTH)
        assert cells.tobytes() == spawned[i].tobytes()
        assert cell == -1 if board.all() else board.flat[cell] == 0 < cells[cell]


@pytest.mark.parametrize("size", [2, 4, 5])
def test_a_game_by_single_steps(size):
    """`start` and `step` play whole games of `board.py` from their keys, illegal moves included."""
    rng = np.random.default_rng(size)
    ended = 0
    for key in rng.integers(0, 2**64, 8, dtype=np.uint64):
        board, score, placed = rules.starting_board(int(key), size, 0.3), 0, 2
        cells = np.full((size, size), 9, np.uint8)  # rubbish, to be cleared
        state = np.array([key, 99, 99], np.uint64)
        mask = np.ones(4, np.int8)
        threshold = np.uint64(rules.four_threshold(0.3))
        assert kernels.start(cells, state, threshold, mask) == board.max()
        assert state.tolist() == [key, 2, 0]
        for action in rng.integers(0, 4, 300):
            assert cells.tobytes() == board.tobytes()
            assert (mask == rules.legal_moves(board)).all()
            after, reward = rules.move(board, int(action))
            changed = after.tobytes() != board.tobytes()
            if changed:
                tile = rules.next_spawn(after, int(key), placed, 0.3)
                board, score, placed = rules.place(after, tile), score + reward, placed + 1
            result = kernels.step(cells, state, threshold, mask, action)
            alive = not rules.is_dead(board)
            assert result == (reward, changed, alive, board.max(), score)
            assert state.tolist() == [key, placed, score]
            ended += not alive
    assert ended or size > 4


@pytest.mark.parametrize("size", [2, 3, 4, 5])
def test_a_whole_game_in_one_array(size):
    """`step_game` is the oracle's step, on boards of all tiles."""
    rng = np.random.default_rng(size)
    boards = random_boards(2000, size, rng)
    keys, n = keys_and_counts(len(boards), rng)
    actions = rng.integers(0, 4, len(boards))
    before, expected = masks(boards), step(boards, actions, keys, n, 0.1)
    game = kernels.new_game(size, int(TENTH))
    board, mask = kernels.board_and_mask(game)
    assert (board.shape, board.dtype, mask.shape, mask.dtype) == ((size, size), "u1", (4,), "i1")
    for i, action in enumerate(actions.tolist()):
        board[:], mask[:] = boards[i], before[i]
        game[kernels.KEY], game[kernels.PLACED], game[kernels.SCORE] = keys[i], n[i], i
        reward, legal, alive, face, score = kernels.step_game(game, action, kernels.row_table())
        assert type(reward) is float
        assert (reward, score) == (expected.rewards[i], i + expected.rewards[i])
        assert (legal, alive) == (expected.legal[i], expected.masks[i].any())
        assert board.tobytes() == expected.boards[i].tobytes()
        assert (mask == expected.masks[i]).all()
        assert face == (1 << int(board.max()) if board.any() else 0)
        assert game[kernels.PLACED] == n[i] + legal
        assert (game[kernels.KEY], game[kernels.THRESHOLD], game[kernels.SIZE]) == (
            keys[i], TENTH, size,
        )  # fmt: skip


@pytest.mark.parametrize("size", [2, 4, 5])
def test_a_whole_game_begins(size):
    game = kernels.new_game(size, int(TENTH))
    board, mask = kernels.board_and_mask(game)
    for key in range(50):
        board[:] = 7
        game[kernels.KEY] = key
        face = kernels.start_game(game)
        expected = rules.starting_board(key, size)
        assert board.tobytes() == expected.tobytes()
        assert (mask == rules.legal_moves(expected)).all()
        assert face == 1 << int(expected.max())
        assert game[[kernels.KEY, kernels.PLACED, kernels.SCORE]].tolist() == [key, 2, 0]


# ------------------------------------------------------------------- packed boards: size 4


def packed(board):
    return tuple(np.uint64(word) for word in kernels.pack(board.ravel()))


def unpacked(raw, extra):
    cells = np.empty(16, np.uint8)
    kernels.unpack(np.uint64(raw), np.uint64(extra), cells)
    return cells.reshape(4, 4)


def test_pack_puts_cell_i_in_bits_4i():
    cells = np.arange(16, dtype=np.uint8)
    assert kernels.pack(cells) == (0xFEDCBA9876543210, 0)
    cells[[0, 15]] = 17, 16
    assert kernels.pack(cells) == (0xFEDCBA987654321F, 0x1000000000000002)


def test_packed_boards():
    """Every kernel for packed boards, on 6,000 boards of all kinds."""
    rng = np.random.default_rng(4)
    boards = random_boards(6000, 4, rng)
    keys, n = keys_and_counts(len(boards), rng)
    table = kernels.row_table()
    moved = [move(boards, action) for action in range(4)]
    legal, spawned = masks(boards), spawn(boards, keys, n, 0.1)
    mask = np.empty(4, np.int8)
    together = np.empty((4, 3), np.uint64)
    quick = 0
    for i, board in enumerate(boards):
        raw, extra = packed(board)
        assert unpacked(raw, extra).tobytes() == board.tobytes()
        assert kernels.move_all(raw, extra, table, together) == legal[i] @ [1, 2, 4, 8]
        for action in range(4):
            new, new_extra, reward = kernels.move(raw, extra, action, table)
            after, expected = moved[action][0][i], moved[action][1][i]
            assert unpacked(new, new_extra).tobytes() == after.tobytes()
            assert reward == expected
            assert together[action].tolist() == [new, new_extra, reward]
        assert bool(extra) == (board.max() > 15)
        assert kernels.needs_cells(raw, extra) == (board.max() > 15 or (board == 15).sum() > 1)
        if not kernels.needs_cells(raw, extra):
            quick += 1
            assert kernels._mask_packed(raw, mask) == legal[i].any()
            assert (mask == legal[i]).all()
            assert kernels._max_packed(raw) == board.max()
        if not board.all():
            new = kernels.spawn(raw, keys[i], n[i], TENTH)
            assert unpacked(new, extra).tobytes() == spawned[i].tobytes()
    assert 2000 < quick < 5500


@pytest.mark.parametrize(
    ("kernel", "obvious"),
    [
        (kernels.transpose, np.transpose),
        (kernels.mirror, np.fliplr),
        (kernels.flip, np.flipud),
        (kernels.empty_bits, lambda board: board == 0),
    ],
)
def test_symmetries_of_packed_boards(kernel, obvious):
    rng = np.random.default_rng(5)
    for board in random_boards(500, 4, rng).clip(0, 15):
        raw, _ = packed(board)
        assert unpacked(kernel(raw), 0).tobytes() == obvious(board).astype(np.uint8).tobytes()


def test_packed_words_are_packed_cells():
    rng = np.random.default_rng(6)
    for board in random_boards(500, 4, rng).clip(0, 15):
        low, high = board.ravel().view("<u8").astype(np.uint64)
        raw, _ = packed(board)
        assert kernels._pack_words(low, high) == (raw, 0)
        assert kernels._spread(raw & np.uint64(0xFFFFFFFF)) == low
        assert kernels._spread(raw >> np.uint64(32)) == high


def test_spawn_on_an_empty_packed_board_finds_every_cell():
    keys, n = keys_and_counts(400, np.random.default_rng(0))
    expected = spawn(np.zeros((400, 4, 4), np.uint8), keys, n, 0.1)
    for i in range(400):
        raw = kernels.spawn(np.uint64(0), keys[i], n[i], TENTH)
        assert unpacked(raw, 0).tobytes() == expected[i].tobytes()
    assert (expected.sum(axis=0) > 0).all()


def test_row_table_is_every_row():
    table = kernels.row_table()
    assert kernels.row_table() is table
    rows = np.arange(65536)[:, None] >> np.array([0, 4, 8, 12]) & 15  # [65536, 4]
    boards = np.zeros((65536, 4, 4), np.uint8)
    boards[:, 0] = rows
    after, rewards = move(boards, 3)
    apart = (rows == 15).sum(axis=1) < 2  # two 32768 tiles are `needs_cells`'s business
    packed_rows = (after[:, 0].astype(np.int64) << np.array([0, 4, 8, 12])).sum(axis=1)
    assert (table[apart] & 0xFFFF == packed_rows[apart]).all()
    assert (table[apart].astype(np.int64) >> 16 << 2 == rewards[apart]).all()


# ----------------------------------------------------------------- the largest tiles merge


@pytest.mark.parametrize(("exponent", "merges"), [(14, True), (15, True), (16, True), (17, False)])
@pytest.mark.parametrize("action", range(4))
def test_the_largest_tiles(exponent, merges, action):
    """32768 and 65536 merge, 131072 does not: in the reference, over cells, packed and batched."""
    board = EMPTY.copy()
    board[1, 1] = board[1, 2] = exponent
    if action in (0, 2):
        board = board.T.copy()
    after, reward = rules.move(board, action)
    assert sorted(after[after > 0]) == ([exponent + 1] if merges else [exponent] * 2)
    assert reward == (2 << exponent if merges else 0)

    cells = board.ravel().copy()
    assert kernels.move_cells(cells, 4, action) == (reward, True)
    assert cells.tobytes() == after.tobytes()

    new, extra, gained = kernels.move(*packed(board), action, kernels.row_table())
    assert unpacked(new, extra).tobytes() == after.tobytes()
    assert gained == reward

    afterstates, rewards, legal = afterstates_many(board[None])
    assert afterstates[0, action].tobytes() == after.tobytes()
    assert (rewards[0, action], legal[0, action]) == (reward, True)


# ----------------------------------------------------------------------- batched: a million


def afterstates_many(boards):
    count, size, _ = boards.shape
    afterstates = np.empty((count, 4, size * size), np.uint8)
    rewards = np.empty((count, 4), np.int64)
    legal = np.empty((count, 4), np.bool_)
    flat = boards.reshape(count, -1)
    kernels.afterstates_many(flat, size, afterstates, rewards, legal)
    return afterstates.reshape(count, 4, size, size), rewards, legal


MILLION = [(2, 60_000), (3, 100_000), (4, 700_000), (5, 100_000), (6, 60_000)]


def test_sizes_make_a_million():
    assert sum(count for _, count in MILLION) >= 1_000_000


@pytest.mark.parametrize(("size", "count"), MILLION)
def test_batched_equals_the_oracle(size, count):
    """One step and all afterstates of a million boards."""
    rng = np.random.default_rng(1000 + size)
    boards = random_boards(count, size, rng)
    keys, n = keys_and_counts(count, rng)
    actions = rng.integers(0, 4, count)
    scores = rng.integers(0, 4_000_000, count).astype(np.uint64)
    skip = rng.random(count) < 0.1
    before = masks(boards)
    _is_varied(boards, before)

    found, gains, changes = afterstates_many(boards)
    for action in range(4):
        after, rewards = move(boards, action)
        assert (found[:, action] == after).all()
        assert (gains[:, action] == rewards).all()
    assert (changes == before).all()

    cells = boards.reshape(count, -1).copy()
    states = np.stack([keys, n, scores], axis=1)
    new_masks = before.astype(np.int8)
    largest = boards.max(axis=(1, 2)).astype(np.int64)
    rewards = np.full(count, -7.0)
    legal, alive = np.ones((2, count), np.bool_)
    alive[:] = before.any(axis=1)
    kernels.step_many(
        actions, skip, cells, states, TENTH, new_masks, largest, rewards, legal, alive,
        kernels.row_table(),
    )  # fmt: skip
    expected = step(boards, actions, keys, n, 0.1)
    expected.boards[skip], expected.masks[skip] = boards[skip], before[skip]
    assert (cells.reshape(boards.shape) == expected.boards).all()
    assert (new_masks == expected.masks).all()
    assert (alive == expected.masks.any(axis=1)).all()
    assert (largest == expected.boards.max(axis=(1, 2))).all()
    assert (rewards[~skip] == expected.rewards[~skip]).all()
    assert (legal[~skip] == expected.legal[~skip]).all()
    assert (rewards[skip] == -7).all()
    played = ~skip & expected.legal
    assert (states[:, 0] == keys).all()
    assert (states[:, 1] == n + played).all()
    assert (states[:, 2] == scores + (expected.rewards * ~skip).astype(np.uint64)).all()


def _is_varied(boards, legal):
    """The boards are of all the kinds that the comparison is meant for."""
    assert (np.bincount(boards.ravel(), minlength=18) > 300).all()
    full, dead = boards.all(axis=(1, 2)), ~legal.any(axis=1)
    assert full.sum() > 1000
    assert (full & dead).sum() > 1000
    assert (full & ~dead).sum() > 300
    assert (boards == 15).sum(axis=(1, 2)).max() > 1


@pytest.mark.parametrize("size", [2, 4, 5])
def test_start_many(size):
    rng = np.random.default_rng(size)
    keys, _ = keys_and_counts(300, rng)
    boards = rng.integers(0, 18, (300, size * size)).astype(np.uint8)
    states = np.stack([keys, keys, keys], axis=1)
    board_masks, largest = np.full((300, 4), 5, np.int8), np.full(300, 99)
    untouched = boards.copy()
    chosen = np.flatnonzero(rng.random(300) < 0.5)
    kernels.start_many(chosen, boards, states, TENTH, board_masks, largest)
    for i in chosen:
        start = rules.starting_board(int(keys[i]), size)
        assert boards[i].tobytes() == start.tobytes()
        assert states[i].tolist() == [keys[i], 2, 0]
        assert (board_masks[i] == rules.legal_moves(start)).all()
        assert largest[i] == start.max()
    others = np.setdiff1d(np.arange(300), chosen)
    assert (boards[others] == untouched[others]).all()
    assert (board_masks[others] == 5).all()
    assert (largest[others] == 99).all()
