"""The update rules on numbers that can be checked by hand; the rest is in test_kernels.py."""

import numpy as np
import pytest

from agents.ntuple import learners
from agents.ntuple.learners import tc, td0
from agents.ntuple.network import NTupleNetwork
from agents.ntuple.patterns import parse_patterns
from env2048.keys import game_keys


def test_td0_shares_the_step_among_the_weights():
    table = np.zeros((5, 1), np.float32)
    td0(table, [1, 2, 3, 4], np.float32(10), np.float32(0.5))
    assert table[:, 0].tolist() == [0, 1.25, 1.25, 1.25, 1.25]


def test_td0_a_weight_that_stands_twice_moves_twice():
    table = np.zeros((3, 1), np.float32)
    td0(table, [1, 1, 2, 2], np.float32(8), np.float32(1))
    assert table[:, 0].tolist() == [0, 4, 4]
    assert table[[1, 1, 2, 2], 0].sum() == 16  # so the board's value overshoots: 2 * alpha * error


def test_td0_moves_the_value_by_alpha_times_the_error():
    table = np.arange(8, dtype=np.float32)[:, np.newaxis]
    entries = [0, 2, 4, 6]
    before = table[entries].sum()
    td0(table, entries, np.float32(-4), np.float32(0.25))
    assert table[entries].sum() == before - 1
    assert table[[1, 3, 5, 7], 0].tolist() == [1, 3, 5, 7]


def test_tc_first_update_has_the_full_rate():
    table = np.zeros((2, 3), np.float32)
    tc(table, [0, 1], np.float32(-6), np.float32(1))
    assert table.tolist() == [[-3, -6, 6], [-3, -6, 6]]


def test_tc_weights_whose_errors_agree_keep_the_rate_and_others_slow_down():
    agree, waver = np.zeros((1, 3), np.float32), np.zeros((1, 3), np.float32)
    for error in (4, 4, 4):
        tc(agree, [0], np.float32(error), np.float32(1))
    for error in (4, -4, 4):
        tc(waver, [0], np.float32(error), np.float32(1))
    assert agree.tolist() == [[12, 12, 12]]
    # 4 - 4 with rate 1, then E = 0: a rate of 0.
    assert waver.tolist() == [[0, 4, 12]]


def test_tc_rate_is_the_errors_sum_by_the_sum_of_their_sizes():
    table = np.array([[10, 3, 12]], np.float32)
    tc(table, [0], np.float32(8), np.float32(0.5))
    assert table.tolist() == [[10 + 3 / 12 * 0.5 * 8, 11, 20]]


@pytest.mark.parametrize("coherence", [False, True])
def test_errors_of_a_game(coherence, monkeypatch):
    """All boards are worth m here, and stay so: the errors are the rewards, and at the end -m."""
    network = NTupleNetwork.zeros(parse_patterns("0123,0145"), 3)
    network.table[:, 0] = 1
    errors, alphas = [], []

    def note(table, entries, error, alpha):
        assert len(entries) == network.patterns.features == 16
        errors.append(float(error))
        alphas.append(float(alpha))

    monkeypatch.setattr(learners, "tc" if coherence else "td0", note)
    key = int(game_keys(0, 0, 1)[0])
    score = learners.learn_game(network, key, 0.25, coherence)
    game = network.play(np.array([key], np.uint64))
    assert score == game.scores[0]
    assert len(errors) == game.moves[0]
    # The first move's reward is no part of any error: nothing was before it.
    assert sum(errors[:-1]) in (score, score - 4, score - 8)
    assert errors[-1] == -16
    assert set(alphas) == {0.25}
