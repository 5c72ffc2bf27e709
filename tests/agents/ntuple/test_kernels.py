"""The compiled learner is the readable one: the same features, moves, weights, bit for bit."""

from dataclasses import replace

import numpy as np
import pytest
from oracle import random_boards

from agents.base import best_moves
from agents.ntuple import kernels, learners
from agents.ntuple.learners import learn_from, learn_game, relearn_game
from agents.ntuple.network import NTupleNetwork, different_tiles
from agents.ntuple.patterns import parse_patterns
from env2048 import board as rules
from env2048.board import FOUR_PROBABILITY, four_threshold
from env2048.kernels import pack, row_table
from env2048.keys import game_keys

# With short patterns one weight stands several times in the sum of one board.
PATTERNS = ["0", "012,145", "0123,569a,05af", "01234,12569", "0,f,0123"]


def packed(board):
    """A board [4, 4] as kernels take it, raw and extra."""
    raw, extra = pack(board.ravel())
    return np.uint64(raw), np.uint64(extra)


def readable_values(network, board):
    """reward + value of the four moves of a board, by the readable rules and network."""
    values = []
    for action, legal in enumerate(rules.legal_moves(board)):
        after, reward = rules.move(board, action)
        value = np.float32(network.value(after))
        values.append(np.float64(np.float32(reward) + value) if legal else np.nan)
    return values


@pytest.mark.parametrize("gather", [kernels.gather, kernels.gather_by_loop])
def test_gather_moves_the_cells_of_a_pattern_together(gather):
    rng = np.random.default_rng(0)
    for _ in range(200):
        cells = rng.integers(0, 16, 16)
        raw = sum(int(cell) << 4 * i for i, cell in enumerate(cells))
        chosen = np.sort(rng.choice(16, rng.integers(1, 8), replace=False))
        mask = sum(15 << 4 * int(cell) for cell in chosen)
        index = sum(int(cells[cell]) << 4 * digit for digit, cell in enumerate(chosen))
        assert gather(np.uint64(raw), np.uint64(mask)) == index


def test_gather_is_one_that_this_processor_has(monkeypatch):
    monkeypatch.setattr(kernels.config, "CPU_FEATURES", "")
    assert not kernels._has_pext()
    monkeypatch.setattr(kernels.config, "CPU_FEATURES", "+avx2,+bmi2")
    assert kernels._has_pext()
    monkeypatch.setattr(kernels.config, "CPU_FEATURES", None)
    monkeypatch.setattr(kernels, "get_host_cpu_features", lambda: {"bmi2": True})
    for name, has in (("znver1", False), ("znver2", False), ("znver3", True), ("haswell", True)):
        monkeypatch.setattr(kernels, "get_host_cpu_name", lambda name=name: name)
        assert kernels._has_pext() == has
    monkeypatch.setattr(kernels, "get_host_cpu_features", dict)  # not even x86
    assert not kernels._has_pext()


@pytest.mark.parametrize("patterns", PATTERNS)
@pytest.mark.parametrize("splits", [(), (2048,), (4, 512, 32768), (2048, 3072, 3584, 32768, 65534)])
def test_find_features(patterns, splits):
    network = NTupleNetwork.zeros(parse_patterns(patterns), 3, splits=splits)
    found = np.empty(network.patterns.features, np.uint64)
    for board in random_boards(100, 4, np.random.default_rng(1)):
        raw, _ = packed(board)
        kernels.find_features(raw, *network.tables(), found)
        assert found.tolist() == [3 * entry for entry in network.features(board)]


@pytest.mark.parametrize("patterns", PATTERNS)
def test_move_values(patterns, random_network):
    """On boards of all tiles: two 32768 merge, two 131072 do not, all above 32768 look alike."""
    network = random_network(patterns)
    boards = random_boards(300, 4, np.random.default_rng(2))
    assert (boards.max(axis=(1, 2)) >= 15).sum() > 30
    expected = [readable_values(network, board) for board in boards]
    np.testing.assert_array_equal(network.move_values(boards), expected)


def test_best_move_is_the_best_of_the_values(random_network):
    network = random_network("012,145,0145", splits=(1024, 16384))
    afterstates = np.empty((4, 3), np.uint64)
    found = np.empty((4, network.patterns.features), np.uint64)
    for board in random_boards(300, 4, np.random.default_rng(3)):
        action, reward, value = kernels.best_move(
            *packed(board), *network.tables(), row_table(), afterstates, found
        )
        if rules.is_dead(board):
            assert action == -1
            continue
        assert action == best_moves(np.array([readable_values(network, board)]))[0]
        after, expected_reward = rules.move(board, action)
        assert reward == expected_reward
        assert value == np.float32(network.value(after))
        assert tuple(afterstates[action, :2]) == packed(after)
        assert found[action].tolist() == network.features(after)


def test_different_tiles():
    board = np.zeros((4, 4), np.uint8)
    assert kernels.different_tiles(packed(board)[0]) == different_tiles(board) == 0
    board[0], board[1, :2] = (14, 13, 13, 1), (17, 16)
    assert kernels.different_tiles(packed(board)[0]) == 32768 + 16384 + 8192 + 2
    for board in random_boards(100, 4, np.random.default_rng(1)):
        assert kernels.different_tiles(packed(board)[0]) == different_tiles(board)


def test_has_tile():
    for largest in range(18):
        board = np.zeros((4, 4), np.uint8)
        board[largest % 4, 2], board[3, 0] = largest, largest // 2
        raw, _ = packed(board)
        for exponent in range(1, 16):
            assert kernels.has_tile(raw, np.uint64(exponent)) == (largest >= exponent)


@pytest.mark.parametrize("patterns", PATTERNS)
@pytest.mark.parametrize(("columns", "alpha"), [(1, 0.1), (1, 1.0), (3, 0.5), (3, 1.0)])
@pytest.mark.parametrize("splits", [(), (32, 128), (64, 96, 112)])
def test_training_equals_the_readable_learner(patterns, columns, alpha, splits):
    fast = NTupleNetwork.zeros(parse_patterns(patterns), columns, splits=splits)
    slow = NTupleNetwork.zeros(parse_patterns(patterns), columns, splits=splits)
    keys = game_keys(7, 0, 2)
    games = fast.train(keys, alpha, coherence=columns == 3)
    scores = [learn_game(slow, int(key), alpha, coherence=columns == 3)[0] for key in keys]
    assert games.scores.tolist() == scores
    assert np.count_nonzero(slow.table[:, 0])
    assert fast.table.tobytes() == slow.table.tobytes()


@pytest.mark.parametrize(("limit", "missing"), [(4, 2), (32, 2), (64, 2), (32, 8), (64, 16)])
@pytest.mark.parametrize("columns", [1, 3])
def test_training_on_downgraded_boards_equals_the_readable_learner(limit, missing, columns):
    fast, slow, plain = (
        replace(
            NTupleNetwork.zeros(parse_patterns("0123,0145"), columns), limit=tile, missing=missing
        )
        for tile in (limit, limit, None)
    )
    keys = game_keys(7, 0, 3)
    games = fast.train(keys, 0.5, coherence=columns == 3)
    scores = [learn_game(slow, int(key), 0.5, coherence=columns == 3)[0] for key in keys]
    plain.train(keys, 0.5, coherence=columns == 3)
    assert games.scores.tolist() == scores
    assert fast.table.tobytes() == slow.table.tobytes()
    assert np.count_nonzero(fast.table[:, 0] != plain.table[:, 0]) > 100


@pytest.mark.parametrize("carousel", [(64,), (32, 64), (64, 64), (4, 8, 64, 32768), (32, 48, 48)])
@pytest.mark.parametrize("limit", [None, 32])
def test_playing_on_again_equals_the_readable_learner(carousel, limit):
    fast, slow, plain = (
        replace(NTupleNetwork.zeros(parse_patterns("0123,0145"), 3), limit=limit) for _ in range(3)
    )
    keys = game_keys(7, 0, 3)
    actions = np.zeros(1000, np.uint8)
    games = fast.train(keys, 0.5, True, carousel, actions)
    played = [learn_game(slow, int(key), 0.5, True, carousel) for key in keys]
    assert games.scores.tolist() == [score for score, _ in played]
    last = played[-1][1]
    assert actions[: len(last)].tolist() == last
    assert fast.table.tobytes() == slow.table.tobytes()
    plain.train(keys, 0.5, True)
    learned, less = fast.table[:, 2].sum(), plain.table[:, 2].sum()
    assert learned > 1.2 * less  # sums of errors: of more moves
    assert (games.again > 0).tolist() == [tile >= carousel[0] for tile in 1 << games.largest]


def test_a_game_is_played_on_with_other_tiles_from_where_it_came_to_one(monkeypatch):
    """What `learn_game` plays: boards and keys, taken down."""
    network = NTupleNetwork.zeros(parse_patterns("0123"), 3)
    plays = []

    def taken_down(network, board, key, spawned, *rest):
        score, actions, boards = learn_from(network, board, key, spawned, *rest)
        plays.append((board, spawned, boards))
        return score, actions, boards

    monkeypatch.setattr(learners, "learn_from", taken_down)
    learn_game(network, int(game_keys(7, 0, 1)[0]), 0.5, True, (16, 32))
    assert [spawned for _, spawned, _ in plays] == [2, (1 << 32) + 2, (2 << 32) + 2]
    (_, _, whole), (first, _, again), (second, _, once_more) = plays
    assert (first == next(board for board in whole if board.max() >= 4)).all()
    came = [board for board in again if board.max() >= 5] or [b for b in whole if b.max() >= 5]
    assert (second == came[0]).all()
    at = next(i for i, board in enumerate(whole) if board.max() >= 4)
    assert (whole[at + 3] != again[2]).any()  # other new tiles
    assert once_more[-1].max() >= 5


@pytest.fixture
def train_from(monkeypatch):
    """A function that trains as `kernels.train` does, and one as `learn_game`, from a board.

    The compiled loop is run as Python, so that it can be given another board to begin with; what it
    calls is compiled. (Python integers that compiled code returns are unsigned there.)
    """
    spawn = kernels.spawn

    def fast(network, board, key, alpha, coherence):
        raw, extra = packed(board)
        assert extra == 0
        monkeypatch.setattr(kernels, "borrowed", lambda array: array)
        monkeypatch.setattr(kernels, "downgrade", lambda raw, extra, limit: (raw, extra))
        monkeypatch.setattr(kernels, "start_packed", lambda key, threshold: raw)
        monkeypatch.setattr(kernels, "spawn", lambda *arguments: np.uint64(spawn(*arguments)))
        outcome = np.zeros((4, 1), np.int64)
        threshold = np.uint64(four_threshold(FOUR_PROBABILITY))
        kernels.train.py_func(
            *network.tables(), np.uint64(0), row_table(), threshold, np.float32(alpha), coherence,
            network.dead, np.empty(0, np.uint64), np.array([key], np.uint64),
            np.empty(0, np.uint8), *outcome,
        )  # fmt: skip
        return outcome[:3, 0].tolist()

    def slow(network, board, key, alpha, coherence):
        monkeypatch.setattr(rules, "starting_board", lambda key: board.copy())
        return learn_game(network, key, alpha, coherence)[0]

    return fast, slow


@pytest.mark.parametrize("patterns", ["0123,569a,05af", "01234,12569"])
@pytest.mark.parametrize(("columns", "alpha"), [(1, 0.1), (3, 0.5)])
def test_training_with_tiles_above_32768(patterns, columns, alpha, train_from, random_network):
    """From four tiles 32768 to a 131072, exact in rewards, moves and weights."""
    board = np.zeros((4, 4), np.uint8)
    board[0, :2] = board[1, :2] = 15
    # Small weights: the moves are those that merge most.
    fast, slow = (random_network(patterns, columns, scale=1.0) for _ in range(2))
    train_fast, train_slow = train_from
    fast.table[:, 1:] = slow.table[:, 1:] = 0
    score, largest, moves = train_fast(fast, board, 8, alpha, columns == 3)
    assert train_slow(slow, board, 8, alpha, columns == 3) == score > 2 * 65536 + 131072
    assert (largest, moves > 50) == (17, True)
    assert fast.table.tobytes() == slow.table.tobytes()


@pytest.mark.parametrize("coherence", [False, True])
def test_a_dead_end_is_worth_nothing(coherence, train_from):
    """A game of one move: all that is learned is 0 - V of its only afterstate."""
    board = np.array([[1, 2, 1, 2], [2, 1, 2, 1], [1, 2, 1, 2], [3, 5, 4, 0]], np.uint8)
    after = np.array([[1, 2, 1, 2], [2, 1, 2, 1], [1, 2, 1, 2], [0, 3, 5, 4]], np.uint8)
    networks = [NTupleNetwork.zeros(parse_patterns("0123,cdef"), 3) for _ in range(2)]
    for network, train in zip(networks, train_from, strict=True):
        network.table[:, 0] = 2
        entries = np.array(network.features(after))
        train(network, board, key_of_a_dead_end(board), 0.5, coherence)
        changed = np.flatnonzero(network.table[:, 0] != 2)
        assert changed.tolist() == sorted(set(entries.tolist()))
        assert len(changed) == len(entries)  # none stands there twice: see test_learners.py
        # m = 16 weights of 2: the error is -32, alpha / m of it goes to each.
        assert (network.table[changed, 0] == 2 - 0.5 * 32 / 16).all()
        assert network.table[changed, 1:].tolist() == [[-32, 32] if coherence else [0, 0]] * 16
    assert networks[0].table.tobytes() == networks[1].table.tobytes()


@pytest.mark.parametrize("patterns", PATTERNS)
@pytest.mark.parametrize(("columns", "alpha"), [(1, 0.1), (3, 1.0)])
@pytest.mark.parametrize(
    ("trace", "steps", "initial"),
    [(0.0, 1, 0), (0.5, 1, 0), (1.0, 1, 9), (0.0, 3, 0), (0.0, 99, 9)],
)
def test_relearning_equals_the_readable_learner(patterns, columns, alpha, trace, steps, initial):
    """A game just played, and one of before that, some of whose moves are not today's."""
    fast = NTupleNetwork.zeros(parse_patterns(patterns), columns, initial)
    slow = NTupleNetwork.zeros(parse_patterns(patterns), columns, initial)
    keys = [int(key) for key in game_keys(7, 0, 2)]
    recorded = np.empty(5000, np.uint8)
    games = []
    for key in keys:
        played = fast.train(np.array([key], np.uint64), alpha, columns == 3, actions=recorded)
        games.append((key, recorded[: played.moves[0]].copy()))
        score, actions = learn_game(slow, key, alpha, columns == 3)
        assert games[-1][1].tolist() == actions
        assert score > 0
    for key, actions in (games[1], games[0]):
        fast.relearn(key, actions, alpha, columns == 3, trace, steps)
        relearn_game(slow, key, actions.tolist(), alpha, columns == 3, trace, steps)
    assert np.isfinite(fast.table).all()
    assert fast.table.tobytes() == slow.table.tobytes()


def key_of_a_dead_end(board):
    """A key with which moving right ends the game: of a 4 in the corner, where a 2 would merge."""
    after, _ = rules.move(board, rules.RIGHT)
    for key in range(1000):
        if rules.is_dead(rules.place(after, rules.next_spawn(after, key, rules.STARTING_TILES))):
            return key
    raise AssertionError("no such key")


def test_training_goes_on_from_what_was_learned(trained_network):
    """The two also agree on a network that has played a while, where games are longer."""
    fast = trained_network("0123,4567,0145", 300)
    slow = NTupleNetwork(fast.patterns, fast.table.copy())
    key = game_keys(3, 5, 1)
    games = fast.train(key, 0.5, coherence=True)
    assert learn_game(slow, int(key[0]), 0.5, coherence=True)[0] == games.scores[0]
    assert games.moves[0] > 150
    assert fast.table.tobytes() == slow.table.tobytes()


def play_readably(network, key):
    """Score, largest exponent and moves of one game, by the readable rules and network."""
    board, score, moves = rules.starting_board(key), 0, 0
    while not rules.is_dead(board):
        action = int(best_moves(np.array([readable_values(network, board)]))[0])
        board, reward = rules.move(board, action)
        board = rules.place(board, rules.next_spawn(board, key, moves + rules.STARTING_TILES))
        score += reward
        moves += 1
    return score, int(board.max()), moves


def test_play(random_network):
    network = random_network("012,145,569a")
    before = network.table.copy()
    keys = game_keys(11, 0, 4)
    games = network.play(keys)
    assert (network.table == before).all()
    played = zip(games.scores, games.largest, games.moves, strict=True)
    assert [tuple(game) for game in played] == [play_readably(network, int(k)) for k in keys]
    assert games.keys is keys


def test_play_chooses_as_move_values_do_where_rewards_drown():
    """Where float32 cannot tell two moves apart, both take the first of the best."""
    network = NTupleNetwork.zeros(parse_patterns("0123"))
    network.table[:] = 1e9
    board, score = rules.starting_board(1), 0
    for n in range(30):
        action = int(best_moves(network.move_values(board[np.newaxis]))[0])
        assert action == np.flatnonzero(rules.legal_moves(board))[0]
        board, reward = rules.move(board, action)
        board = rules.place(board, rules.next_spawn(board, 1, n + rules.STARTING_TILES))
        score += reward
    key = np.array([1], np.uint64)
    assert play_readably(network, 1)[0] == network.play(key).scores[0] >= score > 0


def test_largest_packed():
    for largest in range(18):
        board = np.zeros((4, 4), np.uint8)
        board[0, 3], board[3, 0] = largest, largest // 2
        assert kernels.largest_packed(*packed(board)) == largest


def test_four_probability_reaches_the_games(random_network):
    network = random_network("012,145")
    keys = game_keys(1, 0, 200)
    rare = network.play(keys, four_probability=0.0)
    always = network.play(keys, four_probability=1.0)
    # A board of fours is one doubling ahead, and its tiles are never 2.
    assert always.scores.mean() > 1.5 * rare.scores.mean()
    usual = network.play(keys)
    assert (usual.scores != rare.scores).any()
    assert four_threshold(FOUR_PROBABILITY) == round(0.1 * 2**32)
