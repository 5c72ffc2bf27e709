"""The wrappers: what they change, what they leave alone, and that specs rebuild them."""

import copy
import math
import pickle

import gymnasium as gym
import numpy as np
import pytest
from comparing import arrays_in, assert_same
from gymnasium.envs.registration import EnvSpec
from gymnasium.vector import AutoresetMode

from env2048 import FaceValues, GoalTile, IllegalMove, Log2Reward, OneHot
from env2048.env import Game2048Env

ALL_TILES = np.array([[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11], [14, 15, 16, 17]], np.uint8)
DEAD = np.array([[1, 2, 1, 2], [2, 1, 2, 1], [1, 2, 1, 2], [2, 1, 2, 1]], np.uint8)
TWO_32 = np.array([[5, 5], [7, 8]], np.uint8)  # up and down change nothing
WRAPPERS = [OneHot, FaceValues, Log2Reward, IllegalMove, GoalTile]


def made(**arguments):
    return gym.make("env2048:Scratch2048-v0", **arguments)


def begun(env, board):
    env.reset(seed=0, options={"board": board})
    return env


def play(env, steps, seed=0):
    """Everything that `env` returns to random actions, the steps after the end included."""
    rng = np.random.default_rng(seed)
    results = [env.reset(seed=seed)]
    for k in range(steps):
        results.append(env.step(int(rng.integers(4))))
        if results[-1][2] and k % 5 == 4:
            results.append(env.reset())
    return results


# ---------------------------------------------------------------------------- observations


def test_one_hot():
    env = OneHot(made())
    assert env.observation_space == gym.spaces.Box(0, 1, (4, 4, 18), np.uint8)
    planes, _ = env.reset(options={"board": ALL_TILES})
    assert planes.dtype == np.uint8
    assert planes in env.observation_space
    assert (planes.sum(axis=2) == 1).all()
    assert_same(planes.argmax(axis=2).astype(np.uint8), ALL_TILES)


def test_face_values():
    env = FaceValues(made())
    assert env.observation_space == gym.spaces.Box(0, 131072, (4, 4), np.int32)
    faces, _ = env.reset(options={"board": ALL_TILES})
    assert faces in env.observation_space
    expected = [0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 16384, 32768, 65536, 131072]
    assert_same(faces, np.array(expected, np.int32).reshape(4, 4))


@pytest.mark.parametrize("wrapper", [OneHot, FaceValues])
@pytest.mark.parametrize("size", [2, 5])
def test_observation_wrappers_change_nothing_else(wrapper, size):
    plain, wrapped = Game2048Env(size=size), wrapper(Game2048Env(size=size))
    assert wrapped.observation_space.shape[:2] == (size, size)
    for one, other in zip(play(plain, 100), play(wrapped, 100), strict=True):
        assert_same(one[1:], other[1:])
        assert_same(other[0], wrapper(Game2048Env(size=size)).observation(one[0]))
        assert other[0] in wrapped.observation_space


@pytest.mark.parametrize("wrapper", [OneHot, FaceValues])
@pytest.mark.parametrize("inner", [OneHot, FaceValues])
def test_observation_wrappers_take_boards_of_exponents(wrapper, inner):
    with pytest.raises(ValueError, match="takes boards of exponents"):
        wrapper(inner(made()))
    with pytest.raises(ValueError, match="takes boards of exponents"):
        wrapper(gym.make("CartPole-v1"))


# ---------------------------------------------------------------------------------- rewards


@pytest.mark.parametrize(("exponent", "reward"), [(1, 4), (5, 64), (16, 131072)])
def test_log2_reward(exponent, reward):
    env = begun(Log2Reward(made(size=2)), [[exponent, exponent], [0, 0]])
    assert env.step(3)[1] == math.log2(1 + reward)


def test_log2_reward_of_nothing_and_of_a_penalty():
    env = begun(Log2Reward(made(size=2, illegal="penalty", penalty=-0.5)), [[1, 2], [0, 0]])
    assert_same(env.step(0)[1], -0.5)
    assert_same(env.step(2)[1], 0.0)


# ---------------------------------------------------------------------------- illegal moves


@pytest.mark.parametrize("illegal", ["penalty", "terminate"])
@pytest.mark.parametrize("size", [2, 3, 4])
def test_illegal_move_is_the_environments_own(illegal, size):
    own = Game2048Env(size=size, illegal=illegal, penalty=-3)
    wrapped = IllegalMove(Game2048Env(size=size), illegal, penalty=-3)
    results = play(own, 300, seed=size)
    assert_same(play(wrapped, 300, seed=size), results)
    assert any(result[1] == -3 for result in results if len(result) == 5)


def test_illegal_move_defaults():
    env = begun(IllegalMove(made(size=2)), TWO_32)
    assert env.step(0)[1:3] == (-1.0, False)
    assert env.step(3)[1] == 64.0


def test_a_dead_board_costs_nothing():
    for action in ("penalty", "terminate"):
        env = begun(IllegalMove(made(), action), DEAD)
        assert env.step(0)[1:3] == (0.0, True)
        assert env.step(1)[1:3] == (0.0, True)


def test_illegal_move_refuses_other_actions():
    with pytest.raises(ValueError, match="'penalty' or 'terminate', not 'noop'"):
        IllegalMove(made(), "noop")


# --------------------------------------------------------------------------------- the goal


def test_goal_tile():
    env = GoalTile(made(size=2), tile=64, bonus=1000)
    _, info = env.reset(options={"board": TWO_32 - 3})  # 4 4, 16 32
    assert info["goal"] is False
    assert env.step(0)[4]["goal"] is False
    _, info = env.reset(options={"board": [[5, 5], [1, 2]]})
    observation, reward, terminated, truncated, info = env.step(3)
    assert (reward, terminated, truncated, info["goal"]) == (1064.0, True, False, True)
    for action in range(4):
        after = env.step(action)
        assert_same(after, (observation, 0.0, True, False, info | {"legal": False}))
    _, info = env.reset()
    assert info["goal"] is False
    assert not env.step(np.flatnonzero(info["action_mask"])[0])[2]


def test_a_game_that_begins_with_the_goal():
    env = begun(GoalTile(made(), tile=2048), ALL_TILES)
    observation, reward, terminated, _, info = env.step(0)
    assert_same(observation, ALL_TILES)
    assert (reward, terminated, info["goal"], info["legal"]) == (0.0, True, True, False)


def test_without_the_goal_games_are_as_before():
    plain, wrapped = play(Game2048Env(), 300), play(GoalTile(Game2048Env(), 131072), 300)
    for one, other in zip(plain, wrapped, strict=True):
        assert other[-1].pop("goal") is False
        assert_same(other, one)


@pytest.mark.parametrize("tile", [0, 2, 3, 2047, 262144, -4, "2048"])
def test_goal_tile_refuses_what_is_no_tile_to_reach(tile):
    with pytest.raises(ValueError, match="power of two from 4 to 131072"):
        GoalTile(made(), tile)


@pytest.mark.parametrize("goal_inside", [True, False])
def test_steps_after_the_goal_are_not_punished(goal_inside):
    env = made(size=2)
    for wrap in (lambda e: GoalTile(e, 64), IllegalMove)[:: 1 if goal_inside else -1]:
        env = wrap(env)
    begun(env, [[5, 5], [1, 2]])
    assert env.step(0)[1:3] == (-1.0, False)
    assert env.step(3)[1:3] == (64.0, True)
    for action in range(4):
        assert env.step(action)[1:3] == (0.0, True)


# ----------------------------------------------------------------------------- all of them


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_nothing_returned_shares_memory(wrapper):
    env = wrapper(Game2048Env(size=2, illegal="terminate"))
    results = play(env, 40)
    assert any(result[2] for result in results if len(result) == 5)
    arrays = list(arrays_in(results))
    for i, one in enumerate(arrays):
        assert not any(np.shares_memory(one, other) for other in arrays[:i])


@pytest.mark.parametrize("wrapper", WRAPPERS)
@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda env: pickle.loads(pickle.dumps(env))])
def test_a_copy_in_mid_game_plays_on_identically(wrapper, duplicate):
    env = wrapper(made(size=3))
    play(env, 33)
    twin = duplicate(env)
    for k in range(60):
        assert_same(twin.step(k % 4), env.step(k % 4))
    assert_same(play(twin, 20), play(env, 20))


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_masks_are_found_through_wrappers(wrapper):
    env = wrapper(made())
    _, info = env.reset(seed=0)
    assert (env.get_wrapper_attr("action_masks")() == info["action_mask"]).all()
    assert (env.unwrapped.action_masks() == info["action_mask"]).all()


def test_a_spec_rebuilds_all_wrappers_with_their_arguments():
    env = made(size=3, four_probability=0.2)
    env = OneHot(Log2Reward(GoalTile(IllegalMove(env, "terminate", penalty=-7), 32, bonus=5)))
    spec = EnvSpec.from_json(env.spec.to_json())
    assert spec == env.spec
    again = gym.make(spec)
    assert str(again) == str(env)
    assert_same(play(again, 200), play(env, 200))
    inner = again.env.env.env
    assert (inner.illegal, inner.penalty) == ("terminate", -7.0)
    assert (again.env.env.tile, again.env.env.bonus) == (32, 5.0)


def test_a_spec_of_face_values():
    env = FaceValues(made())
    assert_same(play(gym.make(EnvSpec.from_json(env.spec.to_json())), 20), play(env, 20))


@pytest.mark.parametrize("mode", list(AutoresetMode))
def test_wrapped_environments_in_a_vector(mode):
    """`make_vec` with wrappers: row i is the wrapped environment i."""

    def goal(env):
        return GoalTile(env, 16)

    envs = gym.make_vec(
        "Scratch2048-v0",
        num_envs=3,
        vectorization_mode="sync",
        wrappers=[goal, Log2Reward, FaceValues],
        vector_kwargs={"autoreset_mode": mode},
    )
    singles = [FaceValues(Log2Reward(GoalTile(made(), 16))) for _ in range(3)]
    observations, info = envs.reset(seed=5)
    assert_same(observations, np.stack([env.reset(seed=5 + i)[0] for i, env in enumerate(singles)]))
    assert info["goal"].tolist() == [False] * 3
    for k in range(200):
        observations, rewards, terminated, _, info = envs.step(np.full(3, k % 4))
        results = [env.step(k % 4) for env in singles]
        assert rewards.tolist() == [result[1] for result in results]
        assert terminated.tolist() == [result[2] for result in results]
        if terminated.any():
            break
        assert_same(observations, np.stack([result[0] for result in results]))
    found = info["final_info"] if mode == AutoresetMode.SAME_STEP else info
    assert found["goal"].tolist() == terminated.tolist()
    assert terminated.any()
