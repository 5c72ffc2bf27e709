"""`Game2048VectorEnv` against Gymnasium's `SyncVectorEnv` over `Game2048Env`: the same in all."""

import copy
import pickle
from functools import partial

import gymnasium as gym
import numpy as np
import pytest
from comparing import arrays_in, assert_same
from gymnasium.error import ResetNeeded
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from oracle import random_boards

from env2048.env import Game2048Env
from env2048.vector import Game2048VectorEnv

MODES = list(AutoresetMode)
DEAD = np.array([[1, 2, 1, 2], [2, 1, 2, 1], [1, 2, 1, 2], [2, 1, 2, 1]], np.uint8)
NEARLY_DEAD = np.array([[1, 2, 1, 2], [2, 1, 2, 1], [1, 2, 1, 3], [2, 5, 6, 6]], np.uint8)
"""Dead after a move to the left, whatever tile appears."""


def make_pair(count, mode=AutoresetMode.NEXT_STEP, **arguments):
    """The native environment, and Gymnasium's own over as many single ones."""
    single = partial(Game2048Env, **arguments)
    return (
        Game2048VectorEnv(count, autoreset_mode=mode, **arguments),
        SyncVectorEnv([single] * count, autoreset_mode=mode),
    )


def reset_both(native, sync, **arguments):
    """Resets both; `SyncVectorEnv` takes entries out of the options that it is given."""
    first = native.reset(**copy.deepcopy(arguments))
    assert_same(first, sync.reset(**copy.deepcopy(arguments)))
    return first


def step_both(native, sync, actions):
    first = native.step(actions)
    assert_same(first, sync.step(actions))
    return first


def play_both(native, sync, steps, rng):
    """Plays on; resets ended games, and some others, if nothing else does; returns games ended."""
    disabled = native.autoreset_mode == AutoresetMode.DISABLED
    ended = 0
    for _ in range(steps):
        actions = rng.integers(0, 4, native.num_envs)
        _, _, terminated, truncated, _ = step_both(native, sync, actions)
        assert not truncated.any()
        ended += terminated.sum()
        if disabled and terminated.any():
            mask = terminated | (rng.random(native.num_envs) < 0.1)
            reset_both(native, sync, options={"reset_mask": mask})
    return ended


# ------------------------------------------------------------------- the same as SyncVectorEnv


@pytest.mark.parametrize("mode", MODES)
def test_thousands_of_steps(mode):
    """Long enough for each environment to need more than the 16 keys that it draws at once."""
    native, sync = make_pair(5, mode)
    reset_both(native, sync, seed=123)
    assert play_both(native, sync, 3000, np.random.default_rng(0)) > 5 * 16
    reset_both(native, sync)  # without a seed the games go on where they were
    play_both(native, sync, 50, np.random.default_rng(1))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("illegal", ["noop", "penalty", "terminate"])
@pytest.mark.parametrize(
    ("size", "four_probability"), [(2, 0.1), (3, 0.5), (4, 0.1), (4, 1.0), (5, 0.0)]
)
def test_every_kind_of_game(mode, illegal, size, four_probability):
    native, sync = make_pair(
        4, mode, size=size, four_probability=four_probability, illegal=illegal, penalty=-2.5
    )
    reset_both(native, sync, seed=size)
    ended = play_both(native, sync, 250, np.random.default_rng(size))
    assert ended > 0 or size > 3


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("size", [2, 4])
def test_boards_of_all_tiles(mode, size):
    """Each environment on its own random board, tiles up to 131072, full and dead boards."""
    rng = np.random.default_rng(size)
    native, sync = make_pair(6, mode, size=size)
    reset_both(native, sync, seed=0)
    largest = 0
    for _ in range(40):
        for i, board in enumerate(random_boards(6, size, rng)):
            options = {"reset_mask": np.arange(6) == i, "board": board}
            reset_both(native, sync, options=options)
        for _ in range(3):
            _, _, terminated, _, info = step_both(native, sync, rng.integers(0, 4, 6))
            largest = max(largest, info["max_tile"].max())
            if mode == AutoresetMode.DISABLED and terminated.any():
                reset_both(native, sync, options={"reset_mask": terminated})
    assert largest == 131072


@pytest.mark.parametrize(("exponent", "reward"), [(15, 65536.0), (16, 131072.0), (17, 0.0)])
def test_the_largest_tiles_merge(exponent, reward):
    native, sync = make_pair(3)
    board = np.zeros((4, 4), np.uint8)
    board[0, :2] = exponent
    reset_both(native, sync, seed=0, options={"board": board})
    result = step_both(native, sync, np.array([3, 1, 2]))
    assert result[1].tolist() == [reward, reward, 0.0]
    assert result[4]["score"].tolist() == [reward, reward, 0]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("board", [DEAD, NEARLY_DEAD, np.zeros((4, 4), np.int64)])
def test_a_given_board(mode, board):
    native, sync = make_pair(3, mode)
    for seed in (1, None):
        observations, _ = reset_both(native, sync, seed=seed, options={"board": board})
        assert (observations == board).all()
        _, _, terminated, _, _ = step_both(native, sync, np.array([3, 0, 1]))
        if mode != AutoresetMode.DISABLED or not terminated.any():
            play_both(native, sync, 20, np.random.default_rng(0))


def test_a_reset_of_some():
    """The others' observations stay, and their infos are absent; a pending reset is taken back."""
    native, sync = make_pair(4)
    reset_both(native, sync, seed=5, options={"board": NEARLY_DEAD})
    _, _, terminated, _, _ = step_both(native, sync, np.array([3, 0, 3, 3]))
    assert terminated.tolist() == [True, False, True, True]
    options = {"reset_mask": np.array([True, True, False, False])}
    _, info = reset_both(native, sync, seed=[7, None, 9, 11], options=options)
    assert info["_score"].tolist() == [True, True, False, False]
    play_both(native, sync, 30, np.random.default_rng(0))


@pytest.mark.parametrize("seed", [0, 2**40, [3, 1, 2], [5, None, 7]])
def test_seeds(seed):
    native, sync = make_pair(3)
    if isinstance(seed, list) and None in seed:
        reset_both(native, sync, seed=1)
    reset_both(native, sync, seed=seed)
    assert native.np_random_seed == sync.np_random_seed
    assert_same(native.keys, np.array([env.unwrapped.key for env in sync.envs], dtype=np.uint64))
    play_both(native, sync, 30, np.random.default_rng(0))


def test_environment_i_of_seed_s_is_the_single_one_of_seed_s_plus_i():
    observations, _ = Game2048VectorEnv(4).reset(seed=np.int64(10))
    for i in range(4):
        assert_same(observations[i], Game2048Env().reset(seed=10 + i)[0])


def test_no_seed_gives_other_games_each_time():
    keys = np.concatenate([_fresh_keys(), _fresh_keys()])
    assert len(set(keys.tolist())) == 6


def _fresh_keys():
    env = Game2048VectorEnv(3)
    env.reset()
    return env.keys


@pytest.mark.parametrize("mode", MODES)
def test_what_ended_games_look_like(mode):
    """The layout of the step that ends a game, spelt out for all three modes."""
    native, sync = make_pair(3, mode)
    reset_both(native, sync, seed=1, options={"board": NEARLY_DEAD})
    observations, rewards, terminated, _, info = step_both(native, sync, np.array([0, 3, 0]))
    assert rewards.dtype == np.float64
    assert rewards.tolist() == [0.0, 128.0, 0.0]
    assert terminated.tolist() == [False, True, False]
    assert info["_action_mask"].all()
    if mode != AutoresetMode.SAME_STEP:
        assert set(info) == {"action_mask", "score", "max_tile", "legal"} | {
            "_action_mask", "_score", "_max_tile", "_legal",
        }  # fmt: skip
        assert info["score"].tolist() == [0, 128, 0]
        return
    assert (observations[1] > 0).sum() == 2
    assert info["score"].tolist() == [0, 0, 0]
    assert info["legal"].tolist() == [False, True, False]
    assert info["_final_obs"].tolist() == info["_final_info"].tolist() == [False, True, False]
    assert info["final_obs"][0] is None
    assert info["final_obs"][1][3, 0] == 2
    assert info["final_info"]["score"].tolist() == [0, 128, 0]
    assert info["final_info"]["_score"].tolist() == [False, True, False]
    assert not info["final_info"]["action_mask"].any()


def test_actions_of_games_that_are_being_reset_are_not_looked_at():
    native, sync = make_pair(2)
    reset_both(native, sync, seed=0, options={"board": NEARLY_DEAD})
    step_both(native, sync, np.array([3, 0]))
    step_both(native, sync, np.array([-1, 0]))
    with pytest.raises(ValueError, match="not 4 for environment 0"):
        native.step(np.array([4, 0]))


# --------------------------------------------------------------------- spaces, modes, making


def test_spaces_are_those_of_sync():
    native, sync = make_pair(3, size=5)
    for name in (
        "single_observation_space", "observation_space", "single_action_space", "action_space",
    ):  # fmt: skip
        assert getattr(native, name) == getattr(sync, name)
    observations, _ = native.reset(seed=0)
    assert observations in native.observation_space
    assert native.num_envs == 3


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("given", [lambda mode: mode, lambda mode: mode.value])
def test_make_vec(mode, given):
    env = gym.make_vec("env2048:Scratch2048-v0", 2, autoreset_mode=given(mode), illegal="penalty")
    other = gym.make_vec("Scratch2048-v0", num_envs=2)
    assert type(env.unwrapped) is Game2048VectorEnv
    assert env.metadata["autoreset_mode"] is env.unwrapped.autoreset_mode is mode
    assert other.metadata["autoreset_mode"] is AutoresetMode.NEXT_STEP
    assert "autoreset_mode" not in Game2048VectorEnv.metadata
    sync = gym.make_vec(
        "Scratch2048-v0", 2, "sync", vector_kwargs={"autoreset_mode": mode}, illegal="penalty"
    )
    reset_both(env, sync, seed=1)
    for k in range(5):
        step_both(env, sync, np.array([k % 4, k % 3]))


def test_make_vec_takes_wrappers_when_it_is_not_native():
    from env2048.wrappers import OneHot

    env = gym.make_vec("Scratch2048-v0", 2, "sync", wrappers=[OneHot])
    assert env.reset(seed=0)[0].shape == (2, 4, 4, 18)


@pytest.mark.parametrize("vectorization_mode", ["vector_entry_point", "sync"])
def test_the_spec_makes_it_again(vectorization_mode):
    env = gym.make_vec("Scratch2048-v0", 3, vectorization_mode, size=3)
    spec = type(env.spec).from_json(env.spec.to_json())
    again = gym.make_vec(spec)
    assert type(again) is type(env)
    assert again.num_envs == 3
    assert_same(again.reset(seed=4), env.reset(seed=4))


# ---------------------------------------------------------------------------------- memory


@pytest.mark.parametrize("mode", MODES)
def test_nothing_returned_shares_memory(mode):
    env = Game2048VectorEnv(3, size=2, autoreset_mode=mode)
    returned = [env.reset(seed=0)]
    for k in range(12):
        returned.append(env.step(np.full(3, k % 4)))
        if mode == AutoresetMode.DISABLED and returned[-1][2].any():
            returned.append(env.reset(options={"reset_mask": returned[-1][2]}))
    assert any(result[2].any() for result in returned if len(result) == 5)
    returned += [env.action_masks(), env.keys]
    arrays = list(arrays_in(returned))
    own = list(arrays_in(vars(env))) + list(arrays_in(vars(env._keys)))
    for i, one in enumerate(arrays):
        for other in arrays[:i] + own:
            assert not np.may_share_memory(one, other)


def test_what_is_given_and_returned_may_be_written_to():
    env, other = Game2048VectorEnv(3), Game2048VectorEnv(3)
    env.reset(seed=1)
    results = other.reset(seed=1)
    for k in range(60):
        for array in arrays_in(results):
            if array.dtype != object:
                array[...] = 1 - array if array.dtype != bool else ~array
        actions = np.full(3, k % 4)
        results = other.step(actions)
        actions[:] = 9
        assert_same(results, env.step(np.full(3, k % 4)))


def test_options_are_left_as_they_were():
    env = Game2048VectorEnv(2)
    board, mask = NEARLY_DEAD.copy(), np.array([True, True])
    options = {"board": board, "reset_mask": mask}
    env.reset(seed=0, options=options)
    env.step(np.array([3, 0]))
    assert set(options) == {"board", "reset_mask"}
    assert (board == NEARLY_DEAD).all()
    assert mask.all()


# ---------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_envs": 0}, "num_envs must be 1 or more, not 0"),
        ({"size": 1}, "size must be 2 or more, not 1"),
        ({"four_probability": -0.1}, "between 0 and 1, not -0.1"),
        ({"illegal": "skip"}, "'noop', 'penalty' or 'terminate', not 'skip'"),
        ({"render_mode": "human"}, "use render_mode 'rgb_array'"),
        ({"render_mode": "rgb"}, "render_mode must be one of"),
        ({"autoreset_mode": "never"}, "'never' is not a valid AutoresetMode"),
    ],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        Game2048VectorEnv(**arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"seed": [1, 2]}, "3 environments need as many seeds, not 2"),
        ({"options": {"reset_mask": np.ones(2, bool)}}, "bool array of shape"),
        ({"options": {"reset_mask": np.ones(3)}}, "not float64 of shape"),
        ({"options": {"reset_mask": np.zeros(3, bool)}}, "at least one True"),
        ({"options": {"board": np.zeros((3, 3), int)}}, "must have shape"),
        ({"options": {"board": np.full((4, 4), 18)}}, "the board holds 18"),
        ({"options": {"board": np.zeros((4, 4))}}, "integer exponents, not float64"),
    ],
)
def test_wrong_resets(arguments, message):
    env = Game2048VectorEnv(3)
    before = env.reset(seed=0)
    with pytest.raises(ValueError, match=message):
        env.reset(**arguments)
    assert_same(env.reset(seed=0), before)


@pytest.mark.parametrize(
    "actions", [[0, 1], [0, 1, 4], [0, -1, 2], [0.0, 1.0, 2.0], [[0], [1], [2]], [True] * 3, 1]
)
def test_wrong_actions(actions):
    env, other = Game2048VectorEnv(3), Game2048VectorEnv(3)
    env.reset(seed=0)
    other.reset(seed=0)
    with pytest.raises(ValueError, match="actions must be"):
        env.step(actions)
    assert_same(env.step([0, 1, 2]), other.step(np.array([0, 1, 2], np.uint8)))


def test_a_step_before_the_first_reset():
    with pytest.raises(ResetNeeded, match=r"call reset\(\) before step"):
        Game2048VectorEnv(2).step([0, 0])


def test_without_autoreset_ended_games_must_be_reset():
    env = Game2048VectorEnv(3, autoreset_mode="Disabled")
    env.reset(seed=0, options={"board": NEARLY_DEAD})
    observations, _, terminated, _, _ = env.step([0, 3, 0])
    assert terminated.tolist() == [False, True, False]
    with pytest.raises(ResetNeeded, match=r"games \[1\] are over"):
        env.step([0, 0, 0])
    after, _ = env.reset(options={"reset_mask": terminated})
    assert_same(after[[0, 2]], observations[[0, 2]])
    env.step([0, 0, 0])


# ------------------------------------------------------------------- masks, copies, rendering


def test_action_masks():
    env = Game2048VectorEnv(6)
    _, info = env.reset(seed=0)
    rng = np.random.default_rng(0)
    for _ in range(200):
        masks = env.action_masks()
        assert masks.dtype == np.bool_
        assert (masks == info["action_mask"]).all()
        actions = np.array([rng.choice(np.flatnonzero(m)) if m.any() else 0 for m in masks])
        _, _, _, _, info = env.step(actions)
        assert info["legal"].all()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda env: pickle.loads(pickle.dumps(env))])
@pytest.mark.parametrize("render_mode", [None, "ansi", "rgb_array"])
def test_a_copy_in_mid_game_plays_on_identically(mode, duplicate, render_mode):
    env = Game2048VectorEnv(4, render_mode, size=3, autoreset_mode=mode)
    env.reset(seed=3)
    rng = np.random.default_rng(0)
    for _ in range(25):
        env.step(rng.integers(0, 4, 4))
    env.render()
    twin = duplicate(env)
    assert twin.metadata["autoreset_mode"] is mode
    assert play_both(env, twin, 200, rng) > 10
    assert_same(env.render(), twin.render())
    assert_same(env.reset(), twin.reset())
    twin.step([0, 1, 2, 3])
    assert not env._states[:, 2].any()


@pytest.mark.parametrize("render_mode", ["rgb_array", "ansi"])
def test_render(render_mode):
    """Frames are those of the single environments, each with its own best score."""
    native, sync = make_pair(3, AutoresetMode.SAME_STEP, render_mode=render_mode, size=2)
    reset_both(native, sync, seed=0)
    rng = np.random.default_rng(0)
    for _ in range(40):
        assert_same(native.render(), sync.render())
        step_both(native, sync, rng.integers(0, 4, 3))
    frames = native.render()
    assert len(frames) == 3
    if render_mode == "rgb_array":
        assert all(frame.shape == (600, 500, 3) for frame in frames)
        assert not np.may_share_memory(frames[0], frames[1])
    native.close()
    native.close()
    sync.close()


def test_render_without_a_mode():
    env = Game2048VectorEnv(2)
    env.reset(seed=0)
    assert env.render() is None
    env.close()
