"""The update rules on numbers that can be checked by hand; the rest is in test_kernels.py."""

import numpy as np
import pytest

from agents.ntuple import learners
from agents.ntuple.learners import count_shares, tc, td0, update
from agents.ntuple.network import NTupleNetwork
from agents.ntuple.patterns import parse_patterns
from env2048 import board as rules
from env2048.keys import game_keys


def network_of(patterns, columns=1):
    return NTupleNetwork.zeros(parse_patterns(patterns), columns)


def test_shares_are_the_features_where_none_repeats():
    entries = list(range(16))
    assert count_shares(entries, np.array([True, True])) == 16


def test_shares_count_an_entry_that_repeats_by_its_square():
    # Two patterns: the first reads 5 in all eight symmetries, the second 1 twice.
    entries = [5, 5, 5, 5, 5, 5, 5, 5, 1, 1, 2, 3, 4, 6, 7, 8]
    assert count_shares(entries, np.array([True, True])) == 64 + 4 + 6
    assert count_shares(entries, np.array([True, False])) == 64 + 8  # large ones are not counted


@pytest.mark.parametrize("coherence", [False, True])
def test_an_update_moves_the_value_by_alpha_times_the_error(coherence):
    """Also on an empty board, all of whose look-ups are the same."""
    network = network_of("0123,569a", 3)
    board = np.zeros((4, 4), np.uint8)
    for cells in ([], [1, 1], [3, 4, 1, 2, 2, 1]):
        board.flat[: len(cells)] = cells
        network.table[:] = 0
        entries = network.features(board)
        update(network, entries, np.float32(100), 0.25, coherence)
        assert network.value(board) == pytest.approx(25)


def test_td0_moves_each_weight_as_often_as_it_stands_there():
    table = np.zeros((5, 1), np.float32)
    td0(table, [1, 2, 2, 4], np.float32(1.25))
    assert table[:, 0].tolist() == [0, 1.25, 2.5, 0, 1.25]


def test_tc_first_update_has_the_full_rate():
    table = np.zeros((2, 3), np.float32)
    tc(table, [0, 1], np.float32(-6), np.float32(-3))
    assert table.tolist() == [[-3, -6, 6], [-3, -6, 6]]


def test_tc_weights_whose_errors_agree_keep_the_rate_and_others_slow_down():
    agree, waver = np.zeros((1, 3), np.float32), np.zeros((1, 3), np.float32)
    for error in (4, 4, 4):
        tc(agree, [0], np.float32(error), np.float32(error))
    for error in (4, -4, 4):
        tc(waver, [0], np.float32(error), np.float32(error))
    assert agree.tolist() == [[12, 12, 12]]
    # 4 - 4 with rate 1, then E = 0: a rate of 0.
    assert waver.tolist() == [[0, 4, 12]]


def test_tc_rate_is_the_errors_sum_by_the_sum_of_their_sizes():
    table = np.array([[10, 3, 12]], np.float32)
    tc(table, [0], np.float32(8), np.float32(4))
    assert table.tolist() == [[10 + 3 / 12 * 4, 11, 20]]


@pytest.fixture
def targets(monkeypatch):
    """What a learner would move values towards, without moving them."""
    noted = []
    monkeypatch.setattr(
        learners, "update", lambda network, entries, target, *rest: noted.append(float(target))
    )
    return noted


@pytest.fixture
def game():
    """A network for which all boards are worth 16, and its game: key, moves, rewards."""
    network = network_of("0123,0145")
    network.table[:] = 1
    key = int(game_keys(0, 0, 1)[0])
    actions = np.empty(5000, np.uint8)
    count = network.train(np.array([key], np.uint64), 0, False, actions=actions).moves[0]
    board, rewards = rules.starting_board(key), []
    for n, action in enumerate(actions[:count]):
        board, reward = rules.move(board, action)
        board = rules.place(board, rules.next_spawn(board, key, rules.STARTING_TILES + n))
        rewards.append(reward)
    assert rules.is_dead(board)
    return network, key, actions[:count].tolist(), rewards


def test_targets_of_a_game(game, targets):
    network, key, actions, rewards = game
    assert learners.learn_game(network, key, 0.5, False) == (sum(rewards), actions)
    # The first move's reward is no part of any target: nothing was before it.
    assert targets == [reward + 16 for reward in rewards[1:]] + [0]


def test_targets_of_a_game_learned_again(game, targets):
    network, key, actions, rewards = game
    learners.relearn_game(network, key, actions, 0.5, False)
    assert targets == [0, *(reward + 16 for reward in rewards[:0:-1])]


def test_monte_carlo_returns(game, targets):
    """Lambda 1, or more steps than the game has: the points that were still to come."""
    network, key, actions, rewards = game
    learners.relearn_game(network, key, actions, 0.5, False, trace=1.0)
    expected = [sum(rewards[i + 1 :]) for i in reversed(range(len(rewards)))]
    assert targets == expected
    targets.clear()
    learners.relearn_game(network, key, actions, 0.5, False, steps=len(actions) + 1)
    assert targets == expected


def test_lambda_returns(game, targets):
    network, key, actions, rewards = game
    learners.relearn_game(network, key, actions, 0.5, False, trace=0.5)
    expected = [0.0]
    for reward in rewards[:0:-1]:
        expected.append(reward + 0.5 * 16 + 0.5 * expected[-1])
    assert targets == pytest.approx(expected)


def test_n_step_returns(game, targets):
    network, key, actions, rewards = game
    learners.relearn_game(network, key, actions, 0.5, False, steps=3)
    count = len(rewards)
    expected = [
        sum(rewards[i + 1 : i + 4]) + (16 if i + 3 < count else 0) for i in reversed(range(count))
    ]
    assert targets == expected


def test_returns_are_cut_where_another_move_would_be_played_today(game, targets):
    """A move that is not the best one of today: its reward and what followed do not count."""
    network, key, actions, rewards = game
    n = next(
        i
        for i in range(20, len(actions))
        if sum(rules.legal_moves(board_after(key, actions[:i]))) > 1
    )
    board = board_after(key, actions[:n])
    other = next(a for a, legal in enumerate(rules.legal_moves(board)) if legal and a != actions[n])
    learners.relearn_game(network, key, [*actions[:n], other], 0.5, False, trace=1.0)
    # Seen from the afterstate before: today's reward, and the value of where that leads.
    assert targets[:2] == [0, rewards[n] + 16]
    assert targets[2] == rewards[n - 1] + targets[1]  # and from there on as it fell


def board_after(key, actions):
    board = rules.starting_board(key)
    for n, action in enumerate(actions):
        board, _ = rules.move(board, action)
        board = rules.place(board, rules.next_spawn(board, key, rules.STARTING_TILES + n))
    return board


def test_optimism_is_unlearned_at_the_end_of_a_game():
    """Initial values add to all boards but the finished one, which is worth 0."""
    network = NTupleNetwork.zeros(parse_patterns("0123,0145"), 1, initial=320.0)
    assert network.value(np.zeros((4, 4), np.uint8)) == 320
    assert network.dead == -320
    network.relearn(5, np.array([1], np.uint8), 1.0, False)  # as if the game were over after a move
    after, _ = rules.move(rules.starting_board(5), 1)
    assert network.value(after) == pytest.approx(0, abs=1e-3)
