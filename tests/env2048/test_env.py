"""`Game2048Env` alone: the contract in its docstring, against the reference rules."""

import copy
import operator
import pickle

import gymnasium as gym
import numpy as np
import pytest
from comparing import arrays_in, assert_same
from gymnasium.error import ResetNeeded
from gymnasium.utils import seeding

from env2048 import board as rules
from env2048.env import Game2048Env

DEAD = np.array([[1, 2, 1, 2], [2, 1, 2, 1], [1, 2, 1, 2], [2, 1, 2, 1]], np.uint8)
ONE_MOVE_LEFT = np.array([[1, 2, 1, 2], [2, 1, 2, 1], [1, 2, 1, 2], [2, 3, 4, 4]], np.uint8)
ONLY_LEFT_AND_RIGHT_ARE_LEGAL = np.array([[5, 5], [7, 8]], np.uint8)


def begun(board, **arguments):
    board = np.asarray(board)
    env = Game2048Env(size=len(board), **arguments)
    env.reset(seed=0, options={"board": board})
    return env


def info_of(board, score, legal):
    """What `info` must be, types included."""
    largest = int(np.max(board))
    return {
        "action_mask": rules.legal_moves(np.asarray(board, np.uint8)).astype(np.int8),
        "score": score,
        "max_tile": 2**largest if largest else 0,
        "legal": legal,
    }


# --------------------------------------------------------------------------------- spaces


@pytest.mark.parametrize("size", [2, 4, 7])
def test_spaces(size):
    env = Game2048Env(size=size)
    assert env.observation_space == gym.spaces.Box(0, 17, (size, size), np.uint8)
    assert env.action_space == gym.spaces.Discrete(4)
    observation, _ = env.reset(seed=0)
    assert observation in env.observation_space
    assert env.observation_space.contains(np.full((size, size), 17, np.uint8))


def test_metadata():
    assert set(Game2048Env.metadata["render_modes"]) == {"human", "rgb_array", "ansi"}
    assert isinstance(Game2048Env.metadata["render_fps"], int)  # what gymnasium's play insists on


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"size": 1}, "size must be 2 or more, not 1"),
        ({"four_probability": 1.5}, "between 0 and 1, not 1.5"),
        ({"illegal": "ignore"}, "'noop', 'penalty' or 'terminate', not 'ignore'"),
        ({"render_mode": "rgb"}, "render_mode must be one of"),
    ],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        Game2048Env(**arguments)


# ------------------------------------------------------------------------------ whole games


@pytest.mark.parametrize(
    ("size", "four_probability"), [(2, 0.1), (3, 0.5), (4, 0.1), (4, 0.0), (4, 1.0), (5, 0.1)]
)
def test_a_game_is_that_of_the_reference(size, four_probability):
    """From the key alone `board.py` plays the same game: boards, rewards, infos, ending."""
    env = Game2048Env(size=size, four_probability=four_probability)
    rng = np.random.default_rng(size)
    for _ in range(2):
        observation, info = env.reset(seed=int(rng.integers(1000)))
        key, placed, score = env.key, 2, 0
        board = rules.starting_board(key, size, four_probability)
        assert_same(observation, board)
        assert_same(info, info_of(board, 0, True))
        for action in rng.integers(0, 4, 350):
            after, reward = rules.move(board, int(action))
            legal = not np.array_equal(after, board)
            if legal:
                tile = rules.next_spawn(after, key, placed, four_probability)
                board, placed, score = rules.place(after, tile), placed + 1, score + reward
            result = env.step(action)
            dead = rules.is_dead(board)
            assert_same(result, (board, float(reward), dead, False, info_of(board, score, legal)))
            assert_same((env.board, env.score), (board, score))
            assert_same(env.action_masks(), rules.legal_moves(board))
            if dead:
                break
    assert dead or size > 3


def test_rewards_add_up_to_the_score():
    env = Game2048Env()
    env.reset(seed=3)
    rng = np.random.default_rng(0)
    total, terminated = 0.0, False
    while not terminated:
        legal = np.flatnonzero(env.action_masks())
        _, reward, terminated, _, info = env.step(rng.choice(legal))
        total += reward
    assert total == info["score"] == env.score > 0


# ----------------------------------------------------------------------------- seeds and keys


def keys_of(generator, count):
    return [
        int(generator.integers(0, 2**64 - 1, dtype=np.uint64, endpoint=True)) for _ in range(count)
    ]


def test_the_nth_game_has_the_nth_key():
    expected = keys_of(seeding.np_random(42)[0], 6)
    env = Game2048Env()
    env.reset(seed=42)
    found = [env.key]
    for n in range(5):
        # A given board, and moves, change nothing in the order of the games.
        env.reset(options={"board": DEAD} if n == 2 else None)
        for action in range(n):
            env.step(action)
        found.append(env.key)
    assert found == expected
    assert env.np_random_seed == 42


def test_a_step_draws_nothing_from_the_generator():
    env = Game2048Env()
    env.reset(seed=1)
    before = env.np_random.bit_generator.state
    for k in range(100):
        env.step(k % 4)
    assert_same(env.np_random.bit_generator.state, before)


def test_a_seed_repeats_the_games_and_no_seed_does_not():
    env = Game2048Env()
    games = [[env.reset(seed=7)[0]] + [env.reset()[0] for _ in range(3)] for _ in range(2)]
    assert_same(games[0], games[1])
    keys = set()
    for _ in range(3):
        fresh = Game2048Env()
        fresh.reset()
        keys.add(fresh.key)
    assert len(keys) == 3


def test_np_random_given_from_outside():
    env = Game2048Env()
    env.np_random = np.random.default_rng(3)
    env.reset()
    assert env.key == keys_of(np.random.default_rng(3), 1)[0]


# ----------------------------------------------------------------------------- a given board


@pytest.mark.parametrize("convert", [np.asarray, np.ndarray.tolist, lambda b: b.astype(np.int64)])
def test_options_board(convert):
    board = np.array([[0, 17, 3, 1], [2, 16, 16, 0], [1, 1, 0, 0], [0, 0, 0, 17]], np.uint8)
    env = Game2048Env()
    observation, info = env.reset(seed=1, options={"board": convert(board)})
    assert_same(observation, board)
    assert_same(info, info_of(board, 0, True))
    # Its tiles are those of its key, counted from 0.
    after, reward = rules.move(board, rules.LEFT)
    spawn = rules.next_spawn(after, env.key, 0)
    result = env.step(rules.LEFT)
    assert_same(result[:2], (rules.place(after, spawn), float(reward)))
    assert env.score == reward == 131072 + 4


def test_options_board_is_not_kept():
    board = np.zeros((4, 4), np.uint8)
    board[0, 0] = 3
    env = Game2048Env()
    env.reset(options={"board": board})
    board[0, 0] = 9
    assert env.board[0, 0] == 3


@pytest.mark.parametrize(
    "board",
    [
        np.zeros((3, 3), np.uint8),
        np.zeros((4, 5), np.uint8),
        np.zeros(16, np.uint8),
        np.zeros((4, 4), np.float64),
        np.zeros((4, 4), np.bool_),
        np.full((4, 4), 18),
        np.full((4, 4), -1),
        [["2"] * 4] * 4,
        "board",
    ],
)
def test_options_board_refused(board):
    env = Game2048Env()
    with pytest.raises(ValueError):
        env.reset(seed=0, options={"board": board})


def test_options_may_be_empty_or_another_wrappers():
    env = Game2048Env()
    expected = env.reset(seed=1)
    for options in ({}, {"board": None}, {"somebody": "else's"}):
        assert_same(env.reset(seed=1, options=options), expected)


def test_a_dead_board_is_over_at_once():
    env = Game2048Env()
    observation, info = env.reset(seed=0, options={"board": DEAD})
    assert_same((observation, info), (DEAD, info_of(DEAD, 0, True)))
    assert not env.action_masks().any()
    for action in range(4):
        assert_same(env.step(action), (DEAD, 0.0, True, False, info_of(DEAD, 0, False)))


def test_an_empty_board():
    empty = np.zeros((4, 4), np.uint8)
    env = Game2048Env()
    _, info = env.reset(options={"board": empty})
    assert_same(info, info_of(empty, 0, True))
    assert info["max_tile"] == 0


@pytest.mark.parametrize(("exponent", "merges"), [(15, True), (16, True), (17, False)])
def test_the_largest_tiles(exponent, merges):
    env = begun([[exponent, exponent], [1, 2]])
    observation, reward, _, _, info = env.step(rules.LEFT)
    assert info["legal"] == merges
    assert reward == (2 << exponent if merges else 0)
    assert info["score"] == reward
    assert info["max_tile"] == (2 << exponent if merges else 1 << exponent)
    assert observation[0, 0] == exponent + merges
    assert observation in env.observation_space


# ------------------------------------------------------------------------------ illegal moves


@pytest.mark.parametrize(
    ("illegal", "reward", "terminated"),
    [("noop", 0.0, False), ("penalty", -2.5, False), ("terminate", -2.5, True)],
)
def test_an_illegal_move(illegal, reward, terminated):
    board = ONLY_LEFT_AND_RIGHT_ARE_LEGAL
    env = begun(board, illegal=illegal, penalty=-2.5)
    for action in (rules.UP, rules.DOWN):
        env.reset(options={"board": board})
        result = env.step(action)
        assert_same(result, (board, reward, terminated, False, info_of(board, 0, False)))
    following = env.step(rules.LEFT)
    if terminated:
        assert_same(following, (board, 0.0, True, False, info_of(board, 0, False)))
    else:
        assert following[1] == 64.0
        assert following[4]["legal"]


def test_an_illegal_move_takes_no_tile_from_the_stream():
    env, other = begun(ONLY_LEFT_AND_RIGHT_ARE_LEGAL), begun(ONLY_LEFT_AND_RIGHT_ARE_LEGAL)
    for _ in range(5):
        env.step(rules.UP)
    assert_same(env.step(rules.LEFT), other.step(rules.LEFT))


@pytest.mark.parametrize("illegal", ["noop", "penalty", "terminate"])
def test_a_step_after_the_end_is_a_noop(illegal):
    env = begun(ONE_MOVE_LEFT, four_probability=0.0, illegal=illegal)
    # 2 3 4 4 -> 2 3 5 and a new 2.
    observation, reward, terminated, truncated, info = env.step(rules.LEFT)
    assert (reward, terminated, truncated) == (32.0, True, False)
    assert info["legal"]
    for action in (0, 1, 2, 3, 3):
        expected = (observation, 0.0, True, False, info_of(observation, 32, False))
        assert_same(env.step(action), expected)


def test_reset_after_the_end_begins_a_new_game():
    env = begun(DEAD)
    observation, info = env.reset()
    assert (observation > 0).sum() == 2
    assert_same(info, info_of(observation, 0, True))
    assert not env.step(np.flatnonzero(info["action_mask"])[0])[2]


# ----------------------------------------------------------------------------------- actions


@pytest.mark.parametrize(
    "convert", [int, np.int64, np.int8, np.uint8, np.array, lambda a: np.array(a, np.int32)]
)
def test_actions_of_any_integer_type(convert):
    for action in range(4):
        env, other = Game2048Env(), Game2048Env()
        env.reset(seed=5)
        other.reset(seed=5)
        assert_same(env.step(convert(action)), other.step(operator.index(action)))


@pytest.mark.parametrize("action", [-1, 4, 2**70, np.int64(-1), np.array(7)])
def test_actions_out_of_range(action):
    env = begun(ONLY_LEFT_AND_RIGHT_ARE_LEGAL)
    with pytest.raises(ValueError, match="action must be 0"):
        env.step(action)
    assert_same(env.board, ONLY_LEFT_AND_RIGHT_ARE_LEGAL)


@pytest.mark.parametrize("action", [1.0, "up", None, np.float32(1), np.array([1]), [1]])
def test_actions_that_are_no_integers(action):
    env = begun(ONLY_LEFT_AND_RIGHT_ARE_LEGAL)
    with pytest.raises(TypeError):
        env.step(action)
    assert_same(env.board, ONLY_LEFT_AND_RIGHT_ARE_LEGAL)


def test_a_step_before_the_first_reset():
    with pytest.raises(ResetNeeded, match="call reset"):
        Game2048Env().step(0)


# -------------------------------------------------------------------------------------- memory


def test_nothing_returned_shares_memory():
    env = Game2048Env(size=2)
    returned = [env.reset(seed=0), env.reset(options={"board": [[1, 1], [2, 3]]})]
    returned += [env.step(action) for action in (0, 1, 2, 3) * 10]  # and after the end
    returned += [env.action_masks(), env.board]
    arrays = list(arrays_in(returned))
    own = list(arrays_in(vars(env)))
    for i, one in enumerate(arrays):
        for other in arrays[:i] + own:
            assert not np.shares_memory(one, other)


def test_what_is_returned_may_be_written_to():
    env, other = Game2048Env(), Game2048Env()
    env.reset(seed=1)
    results = other.reset(seed=1)
    for k in range(40):
        for array in arrays_in(results):
            array[...] = 1 - array
        results = other.step(k % 4)
        assert_same(results, env.step(k % 4))


# ------------------------------------------------------------------------------------- copies


def by_pickle(env):
    return pickle.loads(pickle.dumps(env))


@pytest.mark.parametrize("duplicate", [copy.deepcopy, by_pickle])
@pytest.mark.parametrize("render_mode", [None, "ansi", "rgb_array", "human"])
@pytest.mark.parametrize("wrapped", [False, True])
def test_a_copy_in_mid_game_plays_on_identically(duplicate, render_mode, wrapped):
    env = gym.make("env2048:Scratch2048-v0", render_mode=render_mode, four_probability=0.4)
    if not wrapped:
        env = env.unwrapped
    env.reset(seed=11)
    steps = 4 if render_mode == "human" else 60
    for k in range(steps):
        env.step(k % 4)
    if render_mode:
        env.render()
    twin = duplicate(env)
    for k in range(steps):
        assert_same(twin.step(k % 3), env.step(k % 3))
        if render_mode in ("ansi", "rgb_array"):
            assert_same(twin.render(), env.render())
    assert_same(twin.reset(), env.reset())  # the same next game
    if render_mode in ("ansi", "rgb_array"):
        assert_same(twin.render(), env.render())  # and the same best score
    twin.step(0)
    assert env.unwrapped.score == 0
    twin.close()
    env.close()


def test_a_copy_before_the_first_reset():
    env = copy.deepcopy(Game2048Env())
    with pytest.raises(ResetNeeded):
        env.step(0)
    assert_same(env.reset(seed=2), Game2048Env().reset(seed=2))


# --------------------------------------------------------------------------------- rendering


def test_rgb_array():
    env = begun(ONE_MOVE_LEFT, render_mode="rgb_array")
    first = env.render()
    assert first.shape == (600, 500, 3)
    assert first.dtype == np.uint8
    assert_same(env.render(), first)
    assert not np.shares_memory(env.render(), first)
    env.step(rules.LEFT)
    assert (env.render() != first).any()


def test_ansi_shows_every_tile():
    env = begun([[17, 16], [1, 0]], render_mode="ansi")
    text = env.render()
    for tile in ("131072", "65536", "2"):
        assert tile in text


def test_human():
    env = begun(ONE_MOVE_LEFT, render_mode="human")
    assert env.render() is None
    result = env.step(rules.RIGHT)
    assert result[4]["legal"]
    assert env.render() is None
    env.close()


def test_render_without_a_mode_warns():
    env = Game2048Env()
    env.reset(seed=0)
    with pytest.warns(UserWarning, match="render_mode"):
        assert env.render() is None


@pytest.mark.parametrize("render_mode", [None, "ansi", "rgb_array", "human"])
def test_close_twice_and_go_on(render_mode):
    env = Game2048Env(render_mode=render_mode)
    env.close()
    env.reset(seed=0)
    if render_mode:
        env.render()
    env.close()
    env.close()
    env.reset(seed=0)
    env.step(0)
    if render_mode:
        env.render()
    env.close()


def test_keys_for_play():
    import pygame

    keys = Game2048Env().get_keys_to_action()
    for name, action in zip(
        ("UP RIGHT DOWN LEFT", "w d s a", "k l j h"), [range(4)] * 3, strict=True
    ):
        for key, expected in zip(name.split(), action, strict=True):
            assert keys[(getattr(pygame, f"K_{key}"),)] == expected
    assert set(keys.values()) == set(range(4))
