"""What the commands that play single games have in common: checks, lines, files."""

import errno
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agents.ntuple.config import NTupleConfig
from env2048.errors import UsageError

if TYPE_CHECKING:
    from agents.window.game import Game
    from env2048.replay import Replay


MOST_GAMES = 10_000_000
"""Of those that are kept to be compared."""


def check_seed(seed: int | None) -> None:
    """Raises UsageError for a seed that is given and cannot be one."""
    if seed is not None and seed < 0:
        raise UsageError(f"--seed must be 0 or more, not {seed}")


def checked_config(settings: Mapping[str, Any]) -> NTupleConfig:
    """The settings of a training run.

    Raises:
        UsageError: naming the option that is out of range.
    """
    from agents.ntuple.patterns import parse_patterns

    try:
        config = NTupleConfig.from_dict(settings)
        parse_patterns(config.network)
    except ValueError as error:
        setting = next((name for name in settings if str(error).startswith(name)), "network")
        separator = ":" if setting == "network" else ""
        raise UsageError(
            f"--{option(setting)}{separator} {str(error).removeprefix(setting).strip()}"
        ) from None
    return config


def option(setting: str) -> str:
    """What a setting of a training run is called on the command line."""
    return "lambda" if setting == "trace" else setting


def check_games(games: int | None, option: str = "--games") -> None:
    """Raises UsageError for a number of games that is given and cannot be played."""
    if games is not None and not 1 <= games <= MOST_GAMES:
        raise UsageError(f"{option} must be 1 to {MOST_GAMES}, not {games}")


def check_workers(workers: int | None) -> None:
    """Raises UsageError for a number of threads that is given and cannot play."""
    if workers is not None and workers < 1:
        raise UsageError(f"--workers must be 1 or more, not {workers}")


def check_size(size: int, recording: bool) -> None:
    """Raises UsageError for boards that cannot be drawn, or not be recorded."""
    from env2048.render.layout import LARGEST_SIZE
    from env2048.replay.codec import MAX_SIZE, MIN_SIZE

    if not MIN_SIZE <= size <= LARGEST_SIZE:
        raise UsageError(f"--size must be {MIN_SIZE} to {LARGEST_SIZE}, not {size}")
    if recording and size > MAX_SIZE:
        raise UsageError(f"--size must be {MIN_SIZE} to {MAX_SIZE} for a replay, not {size}")


def claim_files(*paths: Path | None) -> None:
    """Checks, before a game is played for them, that these new files can be written.

    Raises:
        UsageError: if two of them are the same.
        RunError, OSError: if one exists and is not empty, or its folder cannot be written to.
    """
    from agents.training.runs import claim

    given = [path for path in paths if path is not None]
    if len({path.absolute() for path in given}) < len(given):
        raise UsageError(f"{given[0]}: cannot hold both; give two different files")
    for path in given:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "is a folder, not a file to write to", str(path))
        claim(path)
        if not path.parent.is_dir():
            message = f"cannot be written: there is no folder {path.parent}"
            raise FileNotFoundError(errno.ENOENT, message, str(path))
        if not os.access(path.parent, os.W_OK):
            message = f"cannot be written: no permission for the folder {path.parent}"
            raise PermissionError(errno.EACCES, message, str(path))


def claim_run(path: Path) -> Path:
    """Checks, before anything is done for it, that a new run folder can be made.

    Raises:
        RunError, OSError: if it exists and is not empty, or there is no place for it.
    """
    from agents.training.runs import claim

    claim(path)
    parent = next(place for place in (path, *path.absolute().parents) if place.exists())
    if not parent.is_dir():
        message = f"cannot be made: {parent} is not a folder"
        raise NotADirectoryError(errno.ENOTDIR, message, str(path))
    if not os.access(parent, os.W_OK):
        message = f"cannot be made: no permission for the folder {parent}"
        raise PermissionError(errno.EACCES, message, str(path))
    return path


def check_gif(path: Path | None) -> None:
    """Raises UsageError for a file that is called something else than a GIF."""
    if path is not None and path.suffix.lower() not in ("", ".gif"):
        raise UsageError(f"{path}: a GIF is a .gif file")


def game_line(game: "Game") -> str:
    """One line about a game that was played."""
    end = "" if game.over else ", not finished"
    return f"seed {game.seed}: {outcome(len(game), game.score, game.max_tile)}{end}"


def outcome(moves: int, score: int, max_tile: int) -> str:
    """What came of a game, in words."""
    return f"{moves} move{'' if moves == 1 else 's'}, score {score}, max tile {max_tile}"


def summary(replay: "Replay", key_reproduces: bool | None) -> dict[str, Any]:
    """The numbers of a replay, as `replay record --json` and `replay info --json` print them."""
    return {
        "agent": replay.agent,
        "seed": replay.seed,
        "score": replay.score,
        "max_tile": replay.max_tile,
        "moves": len(replay.moves),
        "ended": replay.ended,
        "size": replay.size,
        "four_probability": replay.four_probability,
        "key": replay.key,
        "key_reproduces": key_reproduces,
        "has_values": replay.values is not None,
    }


def write_game_gif(path: Path, positions: list[Any], dead: bool) -> None:
    """Writes the positions of a game as a GIF that says at its end whether the game was over."""
    from env2048.render import Notes, write_gif
    from env2048.render.theme import GAME_OVER

    write_gif(path, positions, last_notes=Notes(headline=GAME_OVER) if dead else None)
