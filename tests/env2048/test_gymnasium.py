"""What Gymnasium itself does with the environment: checks, specs, wrappers, videos, a person."""

import importlib
import subprocess
import sys
import threading
import warnings
from types import ModuleType

import gymnasium as gym
import numpy as np
import pytest
from comparing import assert_same
from gymnasium.envs.registration import EnvSpec
from gymnasium.utils.env_checker import check_env
from gymnasium.wrappers import RecordEpisodeStatistics, RecordVideo, TimeLimit
from gymnasium.wrappers import vector as vector_wrappers

from env2048 import FaceValues, GoalTile, IllegalMove, Log2Reward, OneHot
from env2048.env import Game2048Env


def made(**arguments):
    return gym.make("env2048:Scratch2048-v0", **arguments)


# -------------------------------------------------------------------------------- check_env


@pytest.mark.parametrize(
    "arguments",
    [{}, {"size": 2}, {"size": 5}, {"illegal": "penalty"}, {"illegal": "terminate"}],
)
def test_check_env(arguments):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(made(**arguments).unwrapped)


@pytest.mark.parametrize("render_mode", ["rgb_array", "ansi", "human"])
def test_check_env_with_a_render_mode(render_mode):
    """It makes the environment in each of its render modes and draws."""
    env = made(render_mode=render_mode).unwrapped
    check_env(env)
    env.close()


@pytest.mark.parametrize("wrapper", [OneHot, FaceValues, Log2Reward, IllegalMove, GoalTile])
def test_check_env_of_wrappers(wrapper):
    """The checker's only complaint is that it was given a wrapper."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message=".*is different from the unwrapped version")
        check_env(wrapper(made().unwrapped))


def test_the_passive_checker_is_content():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        env = made(render_mode="rgb_array")
        assert "PassiveEnvChecker" in str(env)
        env.reset(seed=0)
        terminated = False
        while not terminated:
            terminated = env.step(env.action_space.sample())[2]
        env.render()
        env.close()
        env.close()


# ------------------------------------------------------------------------------------- specs


def test_the_spec_makes_it_again_from_json():
    env = made(size=3, four_probability=0.25, illegal="penalty", penalty=-2)
    spec = EnvSpec.from_json(env.spec.to_json())
    assert spec == env.spec
    again = gym.make(spec).unwrapped
    assert type(again) is Game2048Env
    assert (again.size, again.four_probability) == (3, 0.25)
    assert (again.illegal, again.penalty) == ("penalty", -2.0)
    assert_same(again.reset(seed=1), env.reset(seed=1))


def test_make_imports_the_package():
    """`env2048:` in front of the id is all that a program needs."""
    code = (
        "import gymnasium; env = gymnasium.make('env2048:Scratch2048-v0');"
        "print(env.reset(seed=0)[0].shape)"
    )
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert output.stdout.strip() == "(4, 4)"
    assert output.stderr == ""


def test_it_is_registered_without_a_time_limit():
    spec = gym.spec("Scratch2048-v0")
    assert spec.max_episode_steps is None
    assert not spec.nondeterministic


# ----------------------------------------------------------------------- Gymnasium's wrappers


def play_to_the_end(env, seed):
    rng = np.random.default_rng(seed)
    _, info = env.reset(seed=seed)
    ended = False
    steps = 0
    while not ended:
        action = rng.choice(np.flatnonzero(info["action_mask"]))
        _, _, terminated, truncated, info = env.step(action)
        ended = terminated or truncated
        steps += 1
    return steps, info


def test_record_episode_statistics():
    env = RecordEpisodeStatistics(made())
    for seed in range(3):
        steps, info = play_to_the_end(env, seed)
        assert info["episode"]["l"] == steps
        assert info["episode"]["r"] == info["score"]


def test_a_time_limit_truncates():
    _, info = play_to_the_end(TimeLimit(made(), 7), 0)
    assert info["score"] >= 0
    env = made(max_episode_steps=3)
    env.reset(seed=0)
    assert [env.step(k)[3] for k in range(3)] == [False, False, True]


@pytest.mark.parametrize("mode", ["NextStep", "SameStep"])
def test_record_episode_statistics_of_a_vector(mode):
    """Returns and lengths are those that the same wrapper finds in `SyncVectorEnv`."""
    native = gym.make_vec("Scratch2048-v0", 4, size=3, autoreset_mode=mode)
    sync = gym.make_vec("Scratch2048-v0", 4, "sync", size=3, vector_kwargs={"autoreset_mode": mode})
    both = [vector_wrappers.RecordEpisodeStatistics(env) for env in (native, sync)]
    for env in both:
        env.reset(seed=3)
    rng = np.random.default_rng(0)
    episodes = 0
    for _ in range(150):
        actions = rng.integers(0, 4, 4)
        one, other = [env.step(actions)[4] for env in both]
        for info in (one, other):
            info.get("episode", {}).pop("t", None)  # seconds
        assert_same(one, other)
        episodes += one.get("_episode", np.zeros(4)).sum()
    assert episodes > 8
    assert_same(list(both[0].return_queue), list(both[1].return_queue))
    assert_same(list(both[0].length_queue), list(both[1].length_queue))
    assert max(both[0].return_queue) > 0


def test_a_vector_observation_wrapper():
    """Single wrappers have Gymnasium's vector counterparts; the native environment takes them."""
    env = gym.make_vec("Scratch2048-v0", 3)
    flat = vector_wrappers.FlattenObservation(env)
    assert flat.reset(seed=0)[0].shape == (3, 16)
    assert flat.step(np.zeros(3, np.int64))[0].shape == (3, 16)


# -------------------------------------------------------------------------------- videos


@pytest.fixture
def clips(monkeypatch):
    """A stand-in for moviepy, which is large: the clips that were written, as (frames, fps)."""
    written = {}

    class Clip:
        def __init__(self, frames, fps):
            self.frames, self.fps = frames, fps

        def write_videofile(self, path, **_):
            written[path] = (self.frames, self.fps)

    names = ["moviepy", "moviepy.video", "moviepy.video.io", "moviepy.video.io.ImageSequenceClip"]
    for name in names:
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    sys.modules[names[-1]].ImageSequenceClip = Clip
    return written


def expected_frames(seed):
    """All frames of the game that `play_to_the_end` plays."""
    env = made(render_mode="rgb_array", size=2)
    frames = []

    class Watch(gym.Wrapper):
        def reset(self, **arguments):
            result = super().reset(**arguments)
            frames.append(self.render())
            return result

        def step(self, action):
            result = super().step(action)
            frames.append(self.render())
            return result

    play_to_the_end(Watch(env), seed)
    return frames


def test_record_video(clips, tmp_path):
    """One clip per game, with the frame of every position in it."""
    folder = tmp_path / "videos"
    env = RecordVideo(
        made(render_mode="rgb_array", size=2), str(folder), episode_trigger=lambda n: True
    )
    for seed in range(2):
        play_to_the_end(env, seed)
    env.close()
    assert list(clips) == [str(folder / f"rl-video-episode-{n}.mp4") for n in range(2)]
    frames, fps = clips[str(folder / "rl-video-episode-0.mp4")]
    assert fps == Game2048Env.metadata["render_fps"]
    assert_same(frames, expected_frames(0))
    assert len(frames) > 2


@pytest.mark.skipif(
    not hasattr(vector_wrappers, "RecordVideo"), reason="Gymnasium has had it since 1.2"
)
def test_record_video_of_a_vector(clips, tmp_path):
    env = vector_wrappers.RecordVideo(
        gym.make_vec("Scratch2048-v0", 3, render_mode="rgb_array"),
        str(tmp_path / "videos"),
        video_length=5,
        step_trigger=lambda n: n == 0,
    )
    env.reset(seed=0)
    for k in range(8):
        env.step(np.full(3, k % 4))
    env.close()
    ((frames, _),) = clips.values()
    assert len(frames) >= 5
    assert frames[0].ndim == 3
    assert any((frame != frames[0]).any() for frame in frames)


def test_record_video_to_a_file(tmp_path):
    """The real encoder, if it is installed (the extra `video`)."""
    pytest.importorskip("moviepy", reason="needs the extra 'video'")
    folder = tmp_path / "videos"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the encoder's own
        env = RecordVideo(made(render_mode="rgb_array", size=2), str(folder))
        play_to_the_end(env, 0)
        env.close()
    (video,) = folder.glob("*.mp4")
    assert video.stat().st_size > 1000


# ------------------------------------------------------------------------- a person plays


def test_play(monkeypatch):
    """`gymnasium.utils.play` with keys that are posted to its window: each is one move."""
    import matplotlib
    import pygame

    # The module asks for a window of matplotlib's when it is imported.
    monkeypatch.setattr(matplotlib, "use", lambda backend: None)
    play = importlib.import_module("gymnasium.utils.play").play

    env = made(render_mode="rgb_array")
    moves = []

    def press(*keys):
        for key in keys:
            pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=key))

    def callback(before, after, action, reward, terminated, truncated, info):
        moves.append((action, reward, after))
        pygame.event.post(pygame.event.Event(pygame.KEYUP, key=script[len(moves) - 1]))
        if len(moves) < len(script):
            press(script[len(moves)])
        else:
            press(pygame.K_ESCAPE)

    script = [pygame.K_LEFT, pygame.K_s, pygame.K_l, pygame.K_UP, pygame.K_a, pygame.K_DOWN]
    real_set_mode = pygame.display.set_mode

    def set_mode(*arguments, **keywords):
        screen = real_set_mode(*arguments, **keywords)
        press(pygame.K_q, script[0])  # a key that means nothing, and the first move
        return screen

    monkeypatch.setattr(pygame.display, "set_mode", set_mode)
    pygame.display.init()
    give_up = threading.Timer(30, lambda: pygame.event.post(pygame.event.Event(pygame.QUIT)))
    give_up.start()
    play(env, seed=3, fps=1000, wait_on_player=True, callback=callback)
    give_up.cancel()

    assert [action for action, _, _ in moves] == [3, 2, 1, 0, 3, 2]
    other = Game2048Env()
    other.reset(seed=3)
    for action, reward, after in moves:
        result = other.step(action)
        assert_same(result[0], after)
        assert result[1] == reward
    assert env.render().shape == (600, 500, 3)  # although `play` has shut pygame down
