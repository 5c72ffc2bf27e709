"""What the commands that play single games have in common: checks, lines, files."""

import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from env2048.errors import UsageError

if TYPE_CHECKING:
    from agents.window.game import Game
    from env2048.replay import Replay


def check_seed(seed: int | None) -> None:
    """Raises UsageError for a seed that is given and cannot be one."""
    if seed is not None and seed < 0:
        raise UsageError(f"--seed must be 0 or more, not {seed}")


def check_games(games: int | None) -> None:
    """Raises UsageError for a number of games that is given and leaves nothing to do."""
    if games is not None and games < 1:
        raise UsageError(f"--games must be 1 or more, not {games}")


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
