"""An agent plays the games of seeds, move by move and on the record."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.base import Agent, Rng
from agents.evaluation import evaluate
from agents.window.game import Game
from env2048.board import Board
from env2048.replay import Replay


class Decision(NamedTuple):
    """What an agent does on a board, and what it thinks of the four moves, float64 [4]."""

    action: int
    values: NDArray[np.float64]


def decide(agent: Agent, board: Board, rng: Rng) -> Decision:
    """The agent's move.

    Raises:
        ValueError: if the board has no legal move, or a size that the agent does not play.
    """
    values = agent.values(board)  # once: it may be a long search
    return Decision(int(agent.choose(values[np.newaxis], rng)[0]), values)


def game_rng(seed: int) -> Rng:
    """Where an agent that plays by chance takes it from in the game of a seed.

    It is what `evaluate` gives to the first game, so that game is the same here and there.
    """
    return np.random.default_rng([seed, 0])


def play_game(
    agent: Agent, seed: int, size: int | None = None, stop: Callable[[], bool] = lambda: False
) -> Game:
    """The agent plays the game of `env.reset(seed=seed)`.

    Args:
        agent: the player.
        seed: 0 or more.
        size: rows of the board; by default what the agent plays, or 4.
        stop: asked before each move; the game is returned unfinished once it says true.
    """
    game = Game(seed, size or agent.size or 4)
    rng = game_rng(seed)
    while not game.over and not stop():
        action, values = decide(agent, game.board, rng)
        game.step(action, values)
    return game


def play_games(
    agent: Agent,
    seed: int,
    games: int,
    size: int | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[Game]:
    """Plays the games of the seeds seed, seed + 1, ...; arguments as for `play_game`."""
    for i in range(games):
        yield play_game(agent, seed + i, size, stop)
        if stop():
            return


def record_game(agent: Agent, seed: int) -> Replay:
    """The replay, with the agent's values, of the game that it makes of `env.reset(seed=seed)`."""
    return play_game(agent, seed).replay(agent.name)


def record_best(
    agent: Agent, seed: int, games: int, report: Callable[[int], None] = lambda played: None
) -> Replay:
    """The replay of the best of several games: those of `evaluate(agent, games, seed)`.

    They are played fast and off the record, and the best is then played again. Where chance or time
    decides that would be another game, so all games are played on the record.

    Args:
        agent: the player.
        seed: the seed of the first game; the following games have the following seeds.
        games: how many, 1 or more.
        report: called with the number of games played.

    Raises:
        ValueError: if there are no games, or the seed is negative.
    """
    if games > 1 and agent.deterministic:
        best = evaluate(agent, games, seed, report=report).best_game
        return record_game(agent, seed + best)
    best_game: Game | None = None
    for played, game in enumerate(play_games(agent, seed, games), start=1):
        best_game = better(best_game, game)
        report(played)
    if best_game is None:
        raise ValueError(f"games must be 1 or more, not {games}")
    return best_game.replay(agent.name)


def better(best: Game | None, game: Game) -> Game:
    """The game with the higher score; the earlier one if they are equal."""
    return game if best is None or game.score > best.score else best
