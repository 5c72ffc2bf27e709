"""2048rl's `gameplay.json`: what its benchmark writes and its browser player shows.

    {"gameplay": {"initialboard": 4x4 face values,
                  "gameplay": [{"move_made": 0 up, 1 right, 2 down, 3 left,
                                "new_tile_idx": [row, column], "new_tile_val": 2 or 4,
                                "move_idx": counts from 1, "reward": int}, ...]}}

The player takes the wrapped object, the benchmark writes the inner one; both are read here. Newer
benchmarks write the initial board as exponents (1 for a 2) while new tiles stay face values: such
files are read too.
"""

from typing import Any, NamedTuple

import numpy as np

from env2048.board import DIRECTIONS, MAX_EXPONENT, Spawn, is_dead
from env2048.errors import ReplayError
from env2048.replay.codec import encode_spawn
from env2048.replay.fields import Rows, quote
from env2048.replay.frames import frames
from env2048.replay.model import Replay
from env2048.replay.recorder import replay_from_spawns
from env2048.replay.verify import verify

_SIZE = 4
_EXPONENT_OF_FACE = {0: 0} | {1 << k: k for k in range(1, MAX_EXPONENT + 1)}


class _Step(NamedTuple):
    """One move of their game."""

    letter: str
    spawn: str  # as a character
    claims: tuple[tuple[str, Any], ...]  # what the file says of the outcome, to be compared


def to_2048rl(replay: Replay) -> dict[str, Any]:
    """The object that 2048rl's player shows.

    Raises:
        ReplayError: if the replay is wrong, or is not a whole game that the player can show: it
            wants a 4x4 board, reads past the end of a game that goes on, and merges two tiles of
            131072.
    """
    if replay.size != _SIZE:
        raise ReplayError(f"2048rl plays on 4x4 boards only, not {replay.size}x{replay.size}")
    verify(replay)
    if not is_dead(replay.final_board()):
        raise ReplayError(
            "the game has not ended: a move is still legal, and 2048rl's player would read past "
            "the end of the file"
        )
    if not replay.moves:
        raise ReplayError(
            "the game has no moves: 2048rl's player would read past the end of the file"
        )
    steps = []
    for frame in frames(replay):
        if np.count_nonzero(frame.board == MAX_EXPONENT) > 1:
            raise ReplayError(
                f"move {frame.number}: there are two tiles of 131072, which 2048rl would merge"
            )
        steps.append(
            {
                "move_made": frame.action,
                "new_tile_idx": list(divmod(frame.spawn.cell, _SIZE)),
                "new_tile_val": 1 << frame.spawn.exponent,
                "move_idx": frame.number,
                "reward": frame.reward,
            }
        )
    faces = [[1 << tile if tile else 0 for tile in row] for row in replay.start]
    return {"gameplay": {"initialboard": faces, "gameplay": steps}}


def is_2048rl(content: Any) -> bool:
    """Whether parsed JSON looks like a 2048rl game, wrapped or not."""
    return isinstance(content, dict) and ("gameplay" in content or "initialboard" in content)


def from_2048rl(content: Any) -> Replay:
    """The replay of a 2048rl game. It has no agent, seed or key; `ended` is "dead" or "quit".

    Args:
        content: the parsed JSON, wrapped in {"gameplay": ...} or not.

    Raises:
        ReplayError: naming the first move that is wrong.
    """
    game = content
    if isinstance(game, dict) and isinstance(game.get("gameplay"), dict):
        game = game["gameplay"]
    if not isinstance(game, dict) or not isinstance(game.get("gameplay"), list):
        raise ReplayError(
            "is not a 2048rl game: expected initialboard and gameplay, a list of moves"
        )
    steps = [_parse_step(number, step) for number, step in enumerate(game["gameplay"], start=1)]
    starts = _possible_starts(game.get("initialboard"))
    failures = []
    for start in starts:
        try:
            return _play(start, steps)
        except ReplayError as error:
            failures.append(error)
    raise failures[0]


def _play(start: Rows, steps: list[_Step]) -> Replay:
    """The game from this start; what their file says of each move must be what it leads to."""
    moves = "".join(step.letter for step in steps)
    replay = replay_from_spawns(start, moves, "".join(step.spawn for step in steps))
    for frame, step in zip(frames(replay), steps, strict=True):
        found = {"reward": frame.reward, "move_idx": frame.number}
        for name, claim in step.claims:
            if claim != found[name]:
                raise ReplayError(
                    f"move {frame.number} ({step.letter}): {name} is {quote(claim)}, "
                    f"but it should be {found[name]}"
                )
    return replay


def _parse_step(number: int, content: Any) -> _Step:
    """One move; what else its object holds is ignored."""
    if not isinstance(content, dict):
        raise ReplayError(f"move {number}: expected an object, not {quote(content)}")
    action: Any = content.get("move_made")
    cell: Any = content.get("new_tile_idx")
    value: Any = content.get("new_tile_val")
    if not _is_below(4, action):
        raise ReplayError(f"move {number}: move_made is {quote(action)}; expected 0 to 3")
    if not isinstance(cell, list) or len(cell) != 2 or not all(_is_below(_SIZE, i) for i in cell):
        raise ReplayError(
            f"move {number}: new_tile_idx is {quote(cell)}; expected [row, column], each 0 to 3"
        )
    if type(value) is not int or value not in (2, 4):
        raise ReplayError(f"move {number}: new_tile_val is {quote(value)}; expected 2 or 4")
    spawn = Spawn(_SIZE * cell[0] + cell[1], value // 2)
    claims = ((name, content.get(name)) for name in ("reward", "move_idx"))
    told = tuple((name, claim) for name, claim in claims if claim is not None)
    return _Step(DIRECTIONS[action], encode_spawn(spawn), told)


def _is_below(bound: int, value: Any) -> bool:
    return type(value) is int and 0 <= value < bound


def _possible_starts(rows: Any) -> list[Rows]:
    """The boards that `initialboard` may mean, the likeliest first.

    Face values, unless there is a 1: then they are exponents. A start of nothing but 2s can be
    either; the rewards of the moves tell.
    """
    if not _is_square(rows):
        raise ReplayError("initialboard: expected four rows of four face values (0, 2, 4, 8, ...)")
    tiles = {tile for row in rows for tile in row}
    exponents: Rows = tuple(map(tuple, rows))
    if 1 in tiles and tiles <= {0, 1, 2}:
        return [exponents]
    wrong = [tile for row in rows for tile in row if tile not in _EXPONENT_OF_FACE]
    if wrong:
        raise ReplayError(
            f"initialboard: {quote(wrong[0])} is not a face value (0, 2, 4, 8, ..., 131072)"
        )
    faces: Rows = tuple(tuple(_EXPONENT_OF_FACE[tile] for tile in row) for row in rows)
    return [faces, exponents] if tiles == {0, 2} else [faces]


def _is_square(rows: Any) -> bool:
    return (
        isinstance(rows, list)
        and len(rows) == _SIZE
        and all(isinstance(row, list) and len(row) == _SIZE for row in rows)
        and all(type(tile) is int for row in rows for tile in row)
    )
