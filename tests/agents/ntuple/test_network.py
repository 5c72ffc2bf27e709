import mmap

import numpy as np
import pytest
from oracle import random_boards

from agents.ntuple import network as module
from agents.ntuple.config import NTupleConfig
from agents.ntuple.network import NTupleNetwork, features, huge_zeros
from agents.ntuple.patterns import parse_patterns
from agents.random import RandomAgent
from env2048.keys import first_keys, game_keys


def symmetries(board):
    """The eight boards that rotating and reflecting make of one."""
    return [np.rot90(turned, k) for turned in (board, board.T) for k in range(4)]


def test_features_of_a_board_that_all_symmetries_leave_as_it_is():
    board = np.full((4, 4), 3, np.uint8)
    # Every cell holds 3, so every pattern of four reads 0x3333.
    assert features(board, parse_patterns("0123,0145")) == [0x3333] * 8 + [0x13333] * 8


def test_features_worked_out_by_hand():
    board = np.zeros((4, 4), np.uint8)
    board[0] = 1, 2, 3, 4
    # The first row, first cell as the last digit, for each of the eight symmetries.
    expected = [0x4321, 0x1234, 0, 0, 0x0001, 0x1000, 0x4000, 0x0004]
    assert sorted(features(board, parse_patterns("0123"))) == sorted(expected)


def test_the_order_of_a_pattern_s_cells_does_not_matter():
    board = random_boards(1, 4, np.random.default_rng(0))[0]
    assert features(board, parse_patterns("0145")) == features(board, parse_patterns("5410"))


def test_tiles_above_32768_are_read_as_32768():
    patterns = parse_patterns("0123,0145")
    boards = [np.full((4, 4), exponent, np.uint8) for exponent in (14, 15, 16, 17)]
    found = [features(board, patterns) for board in boards]
    assert found[0] != found[1] == found[2] == found[3]


def test_value_is_the_sum_of_the_weights():
    network = NTupleNetwork.zeros(parse_patterns("0123"))
    board = np.zeros((4, 4), np.uint8)
    board[0] = 1, 2, 3, 4
    network.table[0x4321] = 5.0
    network.table[0x0001] = 0.25
    network.table[0] = 10.0  # two of the symmetries have an empty first row
    assert network.value(board) == 25.25


@pytest.mark.parametrize("patterns", ["012,145", "0123,569a", "01234,12569"])
def test_value_is_symmetric(patterns, random_network):
    network = random_network(patterns)
    different = set()
    for board in random_boards(50, 4, np.random.default_rng(1)):
        values = [network.value(symmetry) for symmetry in symmetries(board)]
        np.testing.assert_allclose(values, values[0], rtol=0, atol=1e-3)
        different.add(values[0])
    assert len(different) > 40


def test_a_new_stage_knows_what_the_boards_that_it_takes_over_were_worth(random_network):
    network = random_network("0123,0145", columns=3)
    boards = random_boards(50, 4, np.random.default_rng(1))
    assert (boards.max(axis=(1, 2)) >= 14).any() and (boards.max(axis=(1, 2)) < 10).any()
    values = [network.value(board) for board in boards]
    later_first = network.split(16384).split(1024)
    assert later_first.splits == (1024, 16384)
    for grown in (later_first, network.split(1024).split(16384), later_first.split(1024)):
        assert grown.table.shape == (3 * len(network.table), 3)
        assert [grown.value(board) for board in boards] == values
        assert grown.table.tobytes() == network.table.tobytes() * 3


def test_stages_have_weights_of_their_own(random_network):
    network = random_network("0123", splits=(8, 32))
    board = np.zeros((4, 4), np.uint8)
    values = set()
    for largest in (1, 2, 3, 5, 17):
        board[0, 3] = largest
        stage = network.table[0x10000 * (largest >= 3) + 0x10000 * (largest >= 5) :]
        alone = NTupleNetwork(network.patterns, stage[:0x10000])
        assert network.value(board) == alone.value(board)
        values.add(network.value(board))
    assert len(values) == 5


def test_move_values_are_symmetric(random_network):
    """On a board that was turned by a quarter, the turned move has the same value."""
    network = random_network("0123,0145")
    boards = random_boards(200, 4, np.random.default_rng(2))
    values = network.move_values(boards)
    turned = network.move_values(np.rot90(boards, axes=(1, 2)))  # anticlockwise: up becomes left
    np.testing.assert_allclose(turned[:, [3, 0, 1, 2]], values, rtol=1e-6, atol=0.01)


def test_move_values_of_no_boards(random_network):
    assert random_network("0123").move_values(np.zeros((0, 4, 4), np.uint8)).shape == (0, 4)


def test_same_games_in_pieces_give_the_same_weights():
    whole, pieces = (NTupleNetwork.zeros(parse_patterns("0123,0145"), 3) for _ in range(2))
    games = whole.train(game_keys(5, 0, 60), 0.5, coherence=True)
    parts = [
        pieces.train(game_keys(5, first, count), 0.5, coherence=True)
        for first, count in ((0, 1), (1, 30), (31, 29))
    ]
    assert whole.table.tobytes() == pieces.table.tobytes()
    assert games.scores.tolist() == np.concatenate([part.scores for part in parts]).tolist()


@pytest.mark.parametrize("algorithm", ["td0", "tc"])
def test_it_learns(algorithm, trained_network):
    """A thousand games of a small network: it plays ten times as well as chance.

    Mean scores of 200 games with the seeds 0, 1, 2: td0 14,798, 15,092 and 14,469, tc 12,975,
    13,562 and 12,925; the tile 1024 in at least 66% of them. Chance: 1,047; untrained: 3,041,
    and 1024 never.
    """
    rate = NTupleConfig(algorithm=algorithm).rate
    network = trained_network("0123,4567,0145,1256", 1000, algorithm, rate)
    keys = first_keys(0, 200)
    untrained = NTupleNetwork.zeros(network.patterns).play(keys)  # takes the largest reward
    chance = RandomAgent().play(keys, np.random.default_rng(0))
    trained = network.play(keys)
    assert chance.scores.mean() < 1_300
    assert untrained.scores.mean() < 3_600
    assert trained.scores.mean() > 9_500
    assert (trained.largest >= 10).mean() > 0.4


@pytest.mark.parametrize("shape", [(10, 1), (1 << 20, 3)])
def test_huge_zeros(shape):
    array = huge_zeros(shape)
    assert array.shape == shape
    assert array.dtype == np.float32
    assert array.flags.c_contiguous
    assert not array.any()
    array[-1] = 1  # can be written
    assert array.sum() == shape[1]


def test_huge_zeros_where_the_system_has_no_huge_pages(monkeypatch):
    class Memory(mmap.mmap):
        def madvise(self, *arguments):
            raise OSError(22, "Invalid argument")

    monkeypatch.setattr(module.mmap, "mmap", Memory)
    assert huge_zeros((1 << 20, 1)).shape == (1 << 20, 1)
    monkeypatch.delattr(module.mmap, "MADV_HUGEPAGE", raising=False)
    assert huge_zeros((1 << 20, 1)).shape == (1 << 20, 1)
