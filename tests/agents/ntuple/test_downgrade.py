from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from oracle import random_boards

from agents.base import best_moves
from agents.ntuple import kernels
from agents.ntuple.agent import NTupleAgent
from agents.ntuple.downgrade import downgrade
from agents.search.agent import SearchAgent
from env2048 import board as rules
from env2048.kernels import pack, unpack
from env2048.keys import game_keys


def board_of(*tiles):
    """A board with these tiles, the rest empty."""
    board = np.zeros(16, np.uint8)
    board[: len(tiles)] = [tile.bit_length() - 1 for tile in tiles]
    return board.reshape(4, 4)


@pytest.mark.parametrize(
    ("tiles", "limit", "missing", "expected"),
    [
        ((16384, 2048, 512), 8192, 2, (8192, 2048, 512)),
        ((16384, 2048, 512), 4096, 2, (4096, 2048, 512)),
        ((16384, 2048, 512), 2048, 2, (2048, 1024, 512)),
        ((16384, 2048, 512), 2048, 4096, (4096, 2048, 512)),
        ((16384, 8192, 4096), 8192, 4096, (16384, 8192, 4096)),
        ((16384, 8192, 4096), 8192, 2048, (8192, 4096, 2048)),
        ((16384, 8192, 2048), 8192, 2, (8192, 4096, 2048)),
        ((16384, 8192, 4096), 16384, 2, (16384, 8192, 4096)),
        ((131072, 65536, 2048, 2048), 32768 // 2, 2, (16384, 8192, 2048, 2048)),
        ((8, 4, 2), 2, 2, (8, 4, 2)),  # nothing is missing
    ],
)
def test_downgrade(tiles, limit, missing, expected):
    board = board_of(*tiles)
    found = downgrade(board, limit.bit_length() - 1, missing.bit_length() - 1)
    assert (found == board_of(*expected)).all()
    assert (board == board_of(*tiles)).all()


def test_the_same_moves_are_legal_and_merge_the_same_cells():
    lowered = 0
    for board in random_boards(300, 4, np.random.default_rng(4)):
        low = downgrade(board, 9)
        lowered += (low != board).any()
        assert ((low == 0) == (board == 0)).all()
        assert (rules.legal_moves(low) == rules.legal_moves(board)).all()
        for action in range(4):
            after, low_after = rules.move(board, action)[0], rules.move(low, action)[0]
            assert ((after == 0) == (low_after == 0)).all()
    assert lowered > 100


def test_the_compiled_is_the_readable():
    cells = np.empty(16, np.uint8)
    for board in random_boards(300, 4, np.random.default_rng(5)):
        raw, extra = (np.uint64(word) for word in pack(board.ravel()))
        assert kernels.downgrade(raw, extra, np.uint64(0)) == (raw, extra)
        for limit, least in product(range(1, 15), (1, 2, 5, 9, 14)):
            low = kernels.downgrade(raw, extra, np.uint64(limit | least << 4))
            unpack(*map(np.uint64, low), cells)
            assert cells.tolist() == downgrade(board, limit, least).ravel().tolist()


@pytest.mark.parametrize("plies", [1, 2])
def test_games_are_played_on_downgraded_boards_and_scored_on_the_real(plies, ntuple_agent):
    agent = NTupleAgent(replace(ntuple_agent.network, limit=64))
    player = SearchAgent(agent, plies)
    games = player.play(game_keys(5, 0, 4))
    for i, key in enumerate(game_keys(5, 0, 4)):
        board, score, moves = rules.starting_board(int(key)), 0, 0
        while not rules.is_dead(board):
            low = downgrade(board, 6)
            values = player.values_many(board[np.newaxis])
            plain = SearchAgent(ntuple_agent, plies).values_many(low[np.newaxis])
            np.testing.assert_array_equal(values, plain)
            board, reward = rules.move(board, int(best_moves(values)[0]))
            spawn = rules.next_spawn(board, int(key), rules.STARTING_TILES + moves)
            board = rules.place(board, spawn)
            score, moves = score + reward, moves + 1
        assert (games.scores[i], games.moves[i]) == (score, moves)
        assert games.largest[i] == board.max()
    assert games.largest.max() > 6
    assert (games.scores != SearchAgent(ntuple_agent, plies).play(game_keys(5, 0, 4)).scores).any()
