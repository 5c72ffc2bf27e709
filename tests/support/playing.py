"""Games played through the environment, one step after the other: the opponent of fast play."""

from typing import NamedTuple

from agents.base import Agent, Games, Rng
from env2048 import Game2048Env


class Outcome(NamedTuple):
    key: int
    score: int
    max_tile: int
    moves: int


def play_in_env(agent: Agent, seed: int, rng: Rng | None = None, **settings: float) -> Outcome:
    """What the agent makes of the game of `env.reset(seed=seed)`."""
    env = Game2048Env(**settings)
    board, info = env.reset(seed=seed)
    terminated, moves = False, 0
    while not terminated:
        board, _, terminated, _, info = env.step(agent.act(board, rng))
        assert info["legal"]
        moves += 1
    return Outcome(env.key, info["score"], info["max_tile"], moves)


def outcomes(games: Games) -> list[Outcome]:
    """The same of games that were played together."""
    tiles = 1 << games.largest
    return [
        Outcome(*map(int, game))
        for game in zip(games.keys, games.scores, tiles, games.moves, strict=True)
    ]
