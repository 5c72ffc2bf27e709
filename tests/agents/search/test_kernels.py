"""The compiled search: its parts against brute force, the whole against the definition."""

from dataclasses import replace

import numpy as np
import pytest
from oracle import random_boards

from agents.ntuple.downgrade import downgrade
from agents.ntuple.kernels import find_features
from agents.ntuple.network import NTupleNetwork
from agents.ntuple.patterns import parse_patterns
from agents.search import kernels
from agents.search.batched import BatchedSearch, OutOfTimeError
from agents.search.compiled import CompiledSearch, new_slots
from agents.search.expectimax import move_values
from env2048 import board as rules
from env2048.kernels import needs_cells, pack, row_table, unpack

NEVER = np.zeros(1, np.uint8)
NO_TABLE = 0


def boards_of_all_kinds(count, seed):
    boards = random_boards(count, 4, np.random.default_rng(seed))
    boards[: count // 2] = np.minimum(boards[: count // 2], 9)  # half of them as games have them
    return boards


def packed_afterstates(count, seed):
    """Afterstates that do not need cells, as cells [N, 4, 4]."""
    found = []
    for board in boards_of_all_kinds(4 * count, seed):
        action = int(np.argmax(rules.legal_moves(board)))
        after, _ = rules.move(board, action)
        if (after == 0).any() and not needs_cells(*packed(after)):
            found.append(after)
    return found[:count]


def packed(board):
    raw, extra = pack(board.ravel())
    return np.uint64(raw), np.uint64(extra)


def cells_of(raw):
    cells = np.empty(16, np.uint8)
    unpack(np.uint64(raw), np.uint64(0), cells)
    return cells.reshape(4, 4)


# ------------------------------------------------------------------------------------ children


def list_children(after):
    children, rewards = np.zeros(64, np.uint64), np.zeros(64)
    sources = np.zeros(64, np.int64)
    raw, _ = packed(after)
    found = kernels.list_children(raw, row_table(), children, rewards, sources)
    return children[:found], rewards[:found], sources[:found]


def test_children_are_all_that_a_tile_and_a_move_can_make():
    action_of_view = (3, 1, 0, 2)
    for after in packed_afterstates(150, 1):
        expected = {}
        for cell in rules.empty_cells(after):
            for exponent in (1, 2):
                board = rules.place(after, rules.Spawn(int(cell), exponent))
                for action in np.flatnonzero(rules.legal_moves(board)):
                    moved, reward = rules.move(board, int(action))
                    expected[int(cell), exponent, int(action)] = (moved.tobytes(), reward)
        found = {}
        for child, reward, source in zip(*list_children(after), strict=True):
            view, line, four = source >> 19, (source >> 17) & 3, (source >> 16) & 1
            moved = cells_of(kernels.unview(child, source)).tobytes()
            for place in range(4):
                if (source >> 4 * place) & 1:
                    cell = (
                        4 * line + place, 4 * line + 3 - place, 4 * place + line,
                        4 * (3 - place) + line,
                    )[view]  # fmt: skip
                    key = int(cell), int(1 + four), action_of_view[view]
                    assert key not in found
                    found[key] = (moved, reward)
        assert found == expected


def test_a_gap_counts_once():
    after = np.zeros((4, 4), np.uint8)
    after[0] = 3, 4, 5, 6
    children, _, _ = list_children(after)
    # Seen from the left and the right three rows of one gap each, two tiles: one outcome each. From
    # above and below four columns with a gap each.
    assert len(children) == 2 * 3 * 2 + 2 * 4 * 2
    assert len(list_children(np.zeros((4, 4), np.uint8))[0]) == 4 * 4 * 2


def test_average_takes_the_best_child_of_each_tile():
    rng = np.random.default_rng(0)
    for after in packed_afterstates(100, 2):
        children, _, sources = list_children(after)
        afterstates = [
            cells_of(kernels.unview(child, source)).tobytes()
            for child, source in zip(children, sources, strict=True)
        ]
        table = {afterstate: rng.normal() for afterstate in afterstates}
        worth = np.array([table[afterstate] for afterstate in afterstates])
        raw, _ = packed(after)
        found = kernels.average(raw, len(children), worth, sources, np.zeros(128))
        total = 0.0
        for cell in rules.empty_cells(after):
            for exponent, share in ((1, 0.9), (2, 0.1)):
                board = rules.place(after, rules.Spawn(int(cell), exponent))
                values = [
                    table[rules.move(board, int(action))[0].tobytes()]
                    for action in np.flatnonzero(rules.legal_moves(board))
                ]
                total += share * max(values, default=0.0)
        assert found == pytest.approx(total / (after == 0).sum(), rel=1e-12)


# --------------------------------------------------------------------------------- the network


def test_values_are_the_networks(network):
    arrays = network.tables()
    boards = boards_of_all_kinds(250, 3)
    for count in (1, 2, 3, 4, 63, 64):
        features = np.full((64, network.patterns.features), 7, np.uint64)
        worth = np.arange(64.0)
        for i in range(count):
            raw, _ = packed(boards[i])
            find_features(raw, *arrays, features[i])
        kernels.add_values(arrays[0], network.initial, features, count, worth)
        expected = [i + network.value(boards[i]) for i in range(count)]
        assert worth[:count].tolist() == expected
        assert (worth[count + 3 :] == np.arange(count + 3, 64)).all()


# ------------------------------------------------------------------------------------ the table


def test_the_table_remembers_by_board_and_plies():
    slots = new_slots(1 << 16)
    board, plies = np.uint64(0x1234), np.uint64(2)
    value = kernels.rounded(123.456789)
    assert value == pytest.approx(123.456789, rel=1e-12)
    assert np.isnan(kernels.recall(slots, board, plies))
    kernels.remember(slots, board, plies, value)
    assert kernels.recall(slots, board, plies) == value
    assert np.isnan(kernels.recall(slots, board, np.uint64(3)))
    assert np.isnan(kernels.recall(slots, np.uint64(0x1235), plies))
    kernels.remember(slots, np.uint64(0), np.uint64(1), -0.0)
    assert kernels.recall(slots, np.uint64(0), np.uint64(1)) == 0


def test_the_value_of_fewer_plies_makes_room():
    slots = new_slots(32)
    assert slots.shape == (2, 2)
    boards = np.arange(1, 5, dtype=np.uint64)
    for board, plies in zip(boards, (3, 2, 1, 4), strict=True):
        kernels.remember(slots, board, np.uint64(plies), kernels.rounded(float(board)))
    stored = [kernels.recall(slots, board, np.uint64(plies)) for board, plies in
              zip(boards, (3, 2, 1, 4), strict=True)]  # fmt: skip
    assert stored[0] == 1
    assert stored[3] == 4
    assert np.isnan(stored[1:3]).all()


def test_mixed_words_fit_no_board():
    slots, other = new_slots(32), new_slots(32)
    kernels.remember(slots, np.uint64(77), np.uint64(2), kernels.rounded(5.0))
    kernels.remember(other, np.uint64(77), np.uint64(2), kernels.rounded(6.0))
    slots[:, kernels.VALUE] = other[:, kernels.VALUE]
    assert np.isnan(kernels.recall(slots, np.uint64(77), np.uint64(2)))


@pytest.mark.parametrize(
    ("size", "slots"), [(0, 0), (31, 0), (32, 2), (63, 2), (64, 4), (1 << 20, 1 << 16)]
)
def test_the_table_is_bounded(size, slots):
    assert new_slots(size).shape == (slots, 2)


# ----------------------------------------------------------------------------------- the search


@pytest.mark.parametrize(("plies", "count"), [(1, 2000), (2, 2000), (3, 150)])
@pytest.mark.parametrize("cutoff", [0.0, 0.02])
def test_is_the_batched_search(network, network_values, plies, count, cutoff):
    boards = boards_of_all_kinds(count, 10 + plies)
    expected = BatchedSearch(network_values, cutoff).values(boards, plies, NEVER)
    found = CompiledSearch(network, cutoff, 1 << 20, 1).values(boards, plies, NEVER)
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    without = CompiledSearch(network, cutoff, NO_TABLE, 1).values(boards, plies, NEVER)
    np.testing.assert_array_equal(without, found)


@pytest.mark.parametrize(("plies", "count"), [(2, 40), (3, 2)])
@pytest.mark.parametrize("cutoff", [0.0, 0.02])
def test_is_the_definition(network, network_values, plies, count, cutoff):
    boards = boards_of_all_kinds(count, 20 + plies)
    boards[boards == 0] = 1 if plies == 3 else 0  # few empty cells: it takes long
    boards[:, 0, 0] = 0
    known = {}

    def value(board):
        if board.tobytes() not in known:
            known[board.tobytes()] = float(network_values.afterstate_values(board[None])[0])
        return known[board.tobytes()]

    expected = [move_values(board, plies, value, cutoff) for board in boards]
    found = CompiledSearch(network, cutoff, 1 << 20, 1).values(boards, plies, NEVER)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_is_the_definition_on_thousands_of_boards():
    """Boards with one empty cell, of which the definition is quick; all games come to such."""
    rng = np.random.default_rng(8)
    network = NTupleNetwork.zeros(parse_patterns("0123"), initial=300.0)
    network.table[:] = rng.integers(-200, 400, network.table.shape)
    weights = network.table[:, 0].reshape(16, 16, 16, 16).tolist()  # of the last cell first
    boards = rng.integers(1, 14, (2000, 4, 4)).astype(np.uint8)
    boards[np.arange(2000), rng.integers(0, 4, 2000), rng.integers(0, 4, 2000)] = 0

    def value(board):
        rows = board.tolist()
        columns = list(zip(*rows, strict=True))
        edges = rows[0], rows[3], columns[0], columns[3]
        return 300.0 + sum(weights[d][c][b][a] + weights[a][b][c][d] for a, b, c, d in edges)

    expected = [move_values(board, 2, value) for board in boards]
    found = CompiledSearch(network, 0.0, NO_TABLE, 1).values(boards, 2, NEVER)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("splits", [(), (64,), (16, 512)])
def test_a_trained_network_too(trained_network, splits):
    """Its weights are no whole numbers: the order in which they are added shows in float32."""
    network = trained_network("0123,4567,0145", 100)
    for tile in splits:
        network = network.split(tile)
    stages = network.table.reshape(len(splits) + 1, -1)
    stages *= np.arange(1, len(splits) + 2)[:, np.newaxis]  # each says something else
    boards = boards_of_all_kinds(30, 4)
    expected = [move_values(board, 2, network.value) for board in boards]
    found = CompiledSearch(network, 0.0, NO_TABLE, 1).values(boards, 2, NEVER)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-2)


def test_boards_are_downgraded_before_the_search(network):
    boards = boards_of_all_kinds(30, 9)
    low = np.stack([downgrade(board, 6) for board in boards])
    expected = CompiledSearch(network, 0.0, NO_TABLE, 1).values(low, 3, NEVER)
    limited = CompiledSearch(replace(network, limit=64), 0.0, 1 << 20, 1)
    np.testing.assert_array_equal(limited.values(boards, 3, NEVER), expected)


@pytest.mark.parametrize("size", [NO_TABLE, 32, 4096])
def test_the_size_of_the_table_changes_nothing(network, size):
    boards = np.minimum(random_boards(40, 4, np.random.default_rng(6)), 8)
    expected = CompiledSearch(network, 0.0, 1 << 22, 1).values(boards, 4, NEVER)
    np.testing.assert_array_equal(
        CompiledSearch(network, 0.0, size, 1).values(boards, 4, NEVER), expected
    )


@pytest.mark.parametrize("cutoff", [0.0, 0.01])
def test_threads_and_what_is_stored_already_change_nothing(network, cutoff):
    boards = np.minimum(random_boards(20, 4, np.random.default_rng(7)), 8)
    expected = CompiledSearch(network, cutoff, 1 << 20, 1).values(boards, 3, NEVER)
    threaded = CompiledSearch(network, cutoff, 1 << 20, 3)
    for _ in range(2):
        found = [threaded.values(boards[i : i + 1], 3, NEVER)[0] for i in range(len(boards))]
        np.testing.assert_array_equal(found, expected)


def test_large_tiles_are_exact(network):
    board = np.zeros((1, 4, 4), np.uint8)
    board[0, 0] = 15, 15, 16, 16
    up, right, down, left = CompiledSearch(network, 0.0, 1 << 20, 1).values(board, 3, NEVER)[0]
    assert np.isnan(up)
    # 65536 and 131072 at once, and then the two 65536 that are left merge, or another 131072.
    assert min(right, left) > 65536 + 131072
    assert down < min(right, left)


def test_can_be_stopped(network):
    search = CompiledSearch(network, 0.0, 1 << 16, 1)
    board = np.zeros((1, 4, 4), np.uint8)
    board[0, 0] = 1
    with pytest.raises(OutOfTimeError):
        search.values(board, 3, np.ones(1, np.uint8))
    assert not search._slots.any()  # nothing worthless is kept
