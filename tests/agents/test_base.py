"""What every agent promises: moves, values, whole games, and refusal of what is no board."""

import numpy as np
import pytest
from oracle import masks, move, random_boards
from playing import outcomes, play_in_env

from agents.base import Agent, Games, afterstates, best_moves
from agents.greedy import GreedyAgent
from env2048 import board as rules
from env2048.keys import first_keys

DEAD = np.array([[1, 2, 1, 2], [2, 1, 2, 1], [1, 2, 1, 2], [2, 1, 2, 1]], np.uint8)
START = np.array([[0, 0, 0, 1], [0, 0, 0, 0], [0, 2, 0, 0], [0, 0, 0, 0]], np.uint8)


def living_boards(count, seed):
    boards = random_boards(2 * count, 4, np.random.default_rng(seed))
    return boards[masks(boards).any(axis=1)][:count]


def rng():
    return np.random.default_rng(0)


# ------------------------------------------------------------------------------------- moves


def test_act_is_a_legal_move_as_int(agent):
    for board in living_boards(100, 1):
        action = agent.act(board, rng())
        assert type(action) is int
        assert rules.legal_moves(board)[action]


def test_act_many_is_act_on_each(agent):
    boards = living_boards(100, 2)
    actions = agent.act_many(boards, rng())
    assert actions.dtype == np.int64
    assert actions.shape == (100,)
    if agent.name == "random":
        assert masks(boards)[np.arange(100), actions].all()
    else:
        assert actions.tolist() == [agent.act(board) for board in boards]


def test_act_many_of_no_boards(agent):
    actions = agent.act_many(np.zeros((0, 4, 4), np.uint8), rng())
    assert actions.dtype == np.int64
    assert actions.shape == (0,)


@pytest.mark.parametrize("kind", ["greedy", "ntuple"])
def test_act_takes_the_first_of_the_highest_values(kind, ntuple_agent):
    agent = {"greedy": GreedyAgent(), "ntuple": ntuple_agent}[kind]
    boards = living_boards(300, 3)
    values = np.array([agent.values(board) for board in boards])
    assert agent.act_many(boards).tolist() == np.nanargmax(values, axis=1).tolist()
    # On a board that is its own mirror image, left and right are worth the same.
    symmetric = np.array([[1, 2, 2, 1]] * 2 + [[0] * 4] * 2, np.uint8)
    up, right, down, left = agent.values(symmetric)
    assert right == pytest.approx(left, rel=1e-6)
    assert agent.act(symmetric) == np.nanargmax([up, right, down, left])


@pytest.mark.parametrize("method", ["act", "act_many"])
def test_a_dead_board_has_no_move(agent, method):
    boards = DEAD if method == "act" else np.stack([START, DEAD, START])
    with pytest.raises(ValueError, match="the game is over: no move is legal on this board"):
        getattr(agent, method)(boards, rng())
    full_of_the_largest = np.full((4, 4), 17, np.uint8)  # 131072 does not merge
    with pytest.raises(ValueError, match="no move is legal"):
        agent.act(full_of_the_largest, rng())
    with pytest.raises(ValueError, match="no move is legal"):
        agent.act(np.zeros((4, 4), np.uint8), rng())


# ------------------------------------------------------------------------------------ values


def test_values_are_nan_where_a_move_is_illegal_and_nowhere_else(agent):
    boards = random_boards(300, 4, np.random.default_rng(4))
    values = np.array([agent.values(board) for board in boards])
    assert values.dtype == np.float64
    assert values.shape == (300, 4)
    assert (np.isnan(values) == ~masks(boards)).all()
    assert not np.isinf(values).any()
    np.testing.assert_array_equal(values, agent.values_many(boards))


def test_values_of_a_dead_board_are_all_nan(agent):
    values = agent.values(DEAD)
    assert values.dtype == np.float64
    assert values.shape == (4,)
    assert np.isnan(values).all()


def test_two_32768_merge_and_two_131072_do_not(agent):
    board = np.zeros((4, 4), np.uint8)
    board[0] = 15, 15, 17, 17
    assert np.isnan(agent.values(board)).tolist() == [True, False, False, False]
    board[0] = 17, 17, 17, 17
    assert np.isnan(agent.values(board)).tolist() == [True, True, False, True]
    board[:2] = [15, 14, 16, 17], [15, 13, 16, 17]
    if agent.name != "random":  # the reward of 65536 + 131072 outweighs all else
        assert np.nanmax(agent.values(board)) > 190_000
        assert agent.act(board) in (0, 2)


# ------------------------------------------------------------------------------------ boards


def test_boards_may_be_lists_views_and_any_integers(agent):
    boards = living_boards(20, 5)
    expected = np.array([agent.values(board) for board in boards])
    for like in (
        boards.astype(np.int64),
        boards.astype(np.int8),
        boards.astype(np.uint64),
        np.asfortranarray(boards),
        np.repeat(boards, 2, axis=2)[:, :, ::2],
    ):
        found = np.array([agent.values(board) for board in like])
        np.testing.assert_array_equal(found, expected)
        assert agent.act_many(like, rng()).tolist() == agent.act_many(boards, rng()).tolist()
    assert agent.act(boards[0].tolist(), rng()) == agent.act(boards[0], rng())
    assert agent.act_many(boards.tolist(), rng()).shape == (20,)


def test_boards_are_only_read(agent):
    boards = living_boards(20, 6)
    before = boards.copy()
    boards.flags.writeable = False
    agent.act_many(boards, rng())
    agent.act(boards[0], rng())
    agent.values(boards[0])
    assert (boards == before).all()


@pytest.mark.parametrize(
    ("board", "message"),
    [
        (np.zeros((4, 4)), r"integer exponents, \[N, size, size\] together, not float64"),
        (np.zeros((4, 4), np.bool_), "not bool"),
        (np.full((4, 4), "2"), "not <U1"),
        (np.full((4, 4), None), "not object"),
        (np.zeros((4, 5), np.uint8), r"of shape \(1, 4, 5\)"),
        (np.zeros(16, np.uint8), r"of shape \(1, 16\)"),
        (np.zeros((1, 4, 4), np.uint8), r"of shape \(1, 1, 4, 4\)"),
        (np.uint8(3), r"of shape \(1,\)"),
        (np.full((4, 4), 18), "boards hold exponents from 0 to 17, not face values"),
        (np.full((4, 4), 2048), "exponents from 0 to 17"),
        (np.full((4, 4), -1), "exponents from 0 to 17"),
        (np.full((4, 4), 2**63, np.uint64), "exponents from 0 to 17"),
    ],
)
def test_what_is_no_board(agent, board, message):
    for ask in (agent.act, agent.values, lambda board: agent.act_many(np.asarray(board)[None])):
        with pytest.raises(ValueError, match=message):
            ask(board)


def test_act_many_wants_many(agent):
    with pytest.raises(ValueError, match=r"of shape \(4, 4\)"):
        agent.act_many(START)
    with pytest.raises(ValueError, match="boards must be"):
        agent.act_many([])


@pytest.mark.parametrize("size", [2, 3, 5, 8])
def test_other_sizes(agent, size):
    boards = random_boards(200, size, np.random.default_rng(size))
    legal = masks(boards)
    boards = boards[legal.any(axis=1)]
    if agent.size is not None:
        for ask in (agent.act_many, lambda boards: agent.values(boards[0])):
            with pytest.raises(ValueError, match=f"ntuple plays boards of size 4, not {size}"):
                ask(boards)
        return
    actions = agent.act_many(boards, rng())
    assert masks(boards)[np.arange(len(boards)), actions].all()
    assert (np.isnan(agent.values(boards[0])) == ~masks(boards[:1])[0]).all()


# ------------------------------------------------------------------------------------- games


class Threes(GreedyAgent):
    """An agent that plays one other size only."""

    name = "threes"
    size = 3


@pytest.mark.parametrize("kind", ["greedy", "ntuple", "threes"])
def test_play_is_the_game_of_the_environment(kind, ntuple_agent):
    agent = {"greedy": GreedyAgent(), "ntuple": ntuple_agent, "threes": Threes()}[kind]
    games = agent.play(first_keys(40, 5))
    expected = [play_in_env(agent, 40 + i, size=agent.size or 4) for i in range(5)]
    assert outcomes(games) == expected


def test_play_move_by_move_is_play_in_compiled_code(ntuple_agent):
    keys = first_keys(7, 60)
    assert outcomes(ntuple_agent.play(keys)) == outcomes(Agent.play(ntuple_agent, keys))


def test_play_with_another_share_of_fours(agent):
    keys = first_keys(3, 30)
    for share in (0.0, 1.0):
        games = agent.play(keys, rng(), share)
        if agent.name != "random":
            first = play_in_env(agent, 3, four_probability=share)
            assert outcomes(games)[0] == first
    assert (agent.play(keys, rng(), 1.0).scores % 8 == 0).all()  # merging fours makes 8, 16, ...
    assert (agent.play(keys, rng(), 0.0).scores % 8 != 0).any()


def test_play_gives_int64_of_each_game(agent):
    keys = first_keys(1, 3)
    games = agent.play(keys, rng())
    assert games.keys is keys
    for values in (games.scores, games.largest, games.moves):
        assert values.dtype == np.int64
        assert values.shape == (3,)
        assert (values > 0).all()


def test_play_no_games(agent):
    assert outcomes(agent.play(np.empty(0, np.uint64), rng())) == []


def test_games_concatenate():
    parts = [GreedyAgent().play(first_keys(seed, 2)) for seed in (1, 3, 5)]
    whole = Games.concatenate(parts)
    assert outcomes(whole) == [game for part in parts for game in outcomes(part)]
    assert outcomes(whole) == outcomes(GreedyAgent().play(first_keys(1, 6)))


# ----------------------------------------------------------------------------------- helpers


@pytest.mark.parametrize("size", [2, 3, 4, 5])
def test_afterstates(size):
    boards = random_boards(500, size, np.random.default_rng(size))
    before = boards.copy()
    after, rewards, legal = afterstates(boards)
    assert (after.dtype, rewards.dtype, legal.dtype) == (np.uint8, np.int64, np.bool_)
    for action in range(4):
        expected, reward = move(boards, action)
        np.testing.assert_array_equal(after[:, action], expected)
        np.testing.assert_array_equal(rewards[:, action], reward)
    np.testing.assert_array_equal(legal, masks(boards))
    np.testing.assert_array_equal(boards, before)


def test_best_moves():
    nan, inf = np.nan, np.inf
    values = np.array([[1, 5, 5, 2], [nan, -3, nan, -2], [-inf, nan, nan, nan], [0, nan, 0, 1e-9]])
    assert best_moves(values).tolist() == [1, 3, 0, 3]
    with pytest.raises(ValueError, match="the game is over"):
        best_moves(np.array([[1, 2, 3, 4], [nan] * 4]))
    assert best_moves(np.empty((0, 4))).tolist() == []


def test_an_agent_must_value_moves_and_be_saved():
    with pytest.raises(TypeError, match="abstract"):
        Agent()
