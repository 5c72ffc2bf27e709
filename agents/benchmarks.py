"""Throughput measurements behind `scratch2048 bench`.

Each is the median of several rounds on one core, after a warm-up that compiles. A figure with a
reference is measured in turn with it in the same rounds, so that a machine that slows down slows
both.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

import gymnasium
import numpy as np

import env2048  # noqa: F401 (registers the environment)
import networks.benchmarks
from agents.ntuple.agent import NTupleAgent
from agents.ntuple.config import COLUMNS, Algorithm, NTupleConfig
from agents.ntuple.network import NTupleNetwork
from agents.ntuple.patterns import parse_patterns
from agents.search.agent import SearchAgent
from env2048.env import Game2048Env
from env2048.keys import game_keys

Round = Callable[[], float]
"""Does some work and returns how much of it was done per second."""


@dataclass(frozen=True)
class Result:
    """One figure: `rate` in `unit`, and its ratio to what `reference` names, if there is one."""

    name: str
    rate: float
    unit: str
    reference: str | None = None
    ratio: float | None = None


def measure(groups: Iterable[str], rounds: int) -> Iterator[Result]:
    """The figures of these groups ("env", "agents", "nets"), each as soon as it is known."""
    for group in groups:
        for figures in _GROUPS[group]:
            yield from figures(rounds)


def _environment(rounds: int) -> Iterator[Result]:
    ours, noop = env_steps(gymnasium.make("Scratch2048-v0")), env_steps(noop_env())
    rates = alternate([ours, noop], rounds)
    ratio = median(a / b for a, b in zip(*rates, strict=True))
    yield Result("env.make", median(rates[0]), "steps/s", "a no-op environment", ratio)
    yield Result("env.vector", median(alternate([vector_steps()], rounds)[0]), "steps/s")
    yield Result("env.rgb_array", median(alternate([rendered_frames()], rounds)[0]), "frames/s")


def _learners(rounds: int) -> Iterator[Result]:
    learners: list[tuple[str, Algorithm]] = [("4x6", "td0"), ("4x6", "tc"), ("8x6", "tc")]
    for network, algorithm in learners:
        rate = median(alternate([trained_moves(network, algorithm)], rounds)[0])
        yield Result(f"ntuple.{network}.{algorithm}", rate, "moves/s")


def _searches(rounds: int) -> Iterator[Result]:
    network = NTupleNetwork.zeros(parse_patterns("4x6"), COLUMNS["tc"])
    network.train(game_keys(0, 0, 1000), NTupleConfig().rate, coherence=True)
    agent = NTupleAgent(network)
    for plies in (2, 3):
        rate = median(alternate([searched_moves(agent, plies)], rounds)[0])
        yield Result(f"search.{plies}", rate, "moves/s")


def _networks(rounds: int) -> Iterator[Result]:
    for figure in networks.benchmarks.measure(rounds):
        yield Result(**asdict(figure))


_GROUPS = {"env": [_environment], "agents": [_learners, _searches], "nets": [_networks]}


def alternate(works: list[Round], rounds: int) -> list[list[float]]:
    """Rates of each work, [works, rounds], taken in turn after one round that does not count."""
    for work in works:
        work()
    rates: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, collected in zip(works, rates, strict=True):
            collected.append(work())
    return rates


class _Noop(gymnasium.Env[Any, int]):
    """Does nothing but what Gymnasium asks of an environment: the ceiling for any."""

    def __init__(self) -> None:
        like = Game2048Env()
        self.observation_space, self.action_space = like.observation_space, like.action_space
        self._board = np.zeros((4, 4), np.uint8)
        self._mask = np.ones(4, np.int8)

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        return self._board.copy(), {"action_mask": self._mask.copy()}

    def step(self, action: int) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        return self._board.copy(), 0.0, False, False, {"action_mask": self._mask.copy()}


def noop_env() -> gymnasium.Env[Any, int]:
    """An environment that does nothing, in the same wrappers as ours."""
    spec = deepcopy(gymnasium.spec("Scratch2048-v0"))
    spec.entry_point = _Noop  # type: ignore[assignment]
    spec.vector_entry_point = None
    return gymnasium.make(spec)


def env_steps(env: gymnasium.Env[Any, int], steps: int = 20_000) -> Round:
    """Random legal actions. `Discrete.sample(mask)` would take ten times as long as the step."""
    rng = np.random.default_rng(0)
    _, first_info = env.reset(seed=0)

    def work() -> float:
        info = first_info
        start = time.perf_counter()
        for _ in range(steps):
            legal = info["action_mask"].nonzero()[0]
            _, _, terminated, _, info = env.step(legal[rng.integers(legal.size)])
            if terminated:
                _, info = env.reset()
        return steps / (time.perf_counter() - start)

    return work


def vector_steps(count: int = 1024, steps: int = 500) -> Round:
    """Random actions in the native vector environment, ended games begun anew."""
    env = gymnasium.make_vec("Scratch2048-v0", num_envs=count)
    env.reset(seed=0)
    actions = np.random.default_rng(0).integers(0, 4, (steps, count))

    def work() -> float:
        start = time.perf_counter()
        for action in actions:
            env.step(action)
        return steps * count / (time.perf_counter() - start)

    return work


def rendered_frames(frames: int = 2_000) -> Round:
    """Pictures of positions that follow one another; the moves between them are not timed."""
    env = gymnasium.make("Scratch2048-v0", render_mode="rgb_array")
    env.reset(seed=0)

    def work() -> float:
        seconds = 0.0
        for i in range(frames):
            if env.step(i % 4)[2]:
                env.reset()
            start = time.perf_counter()
            env.render()
            seconds += time.perf_counter() - start
        return frames / seconds

    return work


def trained_moves(
    name: str, algorithm: Algorithm, seconds: float = 1.0, warm_up: int = 500
) -> Round:
    """Training moves per second of a network that has played some games already."""
    config = NTupleConfig(network=name, algorithm=algorithm)
    network = NTupleNetwork.zeros(parse_patterns(name), COLUMNS[algorithm])
    played = 0

    def train(games: int) -> int:
        nonlocal played
        played += games
        keys = game_keys(0, played - games, games)
        return int(network.train(keys, config.rate, algorithm == "tc").moves.sum())

    def work() -> float:
        if not played:
            train(warm_up)
        moves, start = 0, time.perf_counter()
        while time.perf_counter() - start < seconds:
            moves += train(20)
        return moves / (time.perf_counter() - start)

    return work


def searched_moves(agent: NTupleAgent, plies: int, seconds: float = 1.0) -> Round:
    """Moves per second in whole games."""
    search = SearchAgent(agent, plies)
    search.play(game_keys(0, 0, 0))
    played = 0

    def work() -> float:
        nonlocal played
        moves, start = 0, time.perf_counter()
        while time.perf_counter() - start < seconds:
            moves += int(search.play(game_keys(0, played, 1)).moves.sum())
            played += 1
        return moves / (time.perf_counter() - start)

    return work
