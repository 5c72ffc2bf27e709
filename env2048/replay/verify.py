"""Does the game in a replay follow the rules, and is its outcome what the replay says?"""

from dataclasses import dataclass

from env2048.board import STARTING_TILES, Board, is_dead, next_spawn, starting_board
from env2048.errors import ReplayError
from env2048.replay.fields import Rows, rows_of
from env2048.replay.frames import Frame, frames
from env2048.replay.model import Ending, Replay


@dataclass(frozen=True)
class Verification:
    """What was found in a replay in which every step is right."""

    moves: int
    score: int
    max_tile: int
    ended: Ending
    key_reproduces: bool | None
    """Whether the start and all new tiles are those of the replay's key; None without a key."""


def verify(replay: Replay) -> Verification:
    """Plays a replay again and compares the outcome.

    The new tiles are taken from the replay; that they are not those of its key is no error, since a
    game may have been started from a given board, or edited.

    Raises:
        ReplayError: naming the first step that is wrong.
    """
    board, score, moves = replay.start_board(), 0, 0
    by_key = _starts_as_key_says(replay)
    for frame in frames(replay):
        board, score, moves = frame.next_board, frame.score, frame.number
        by_key = by_key and _spawn_of_key(replay, frame) == frame.spawn
    _check_outcome(replay, board, score)
    return Verification(moves, score, replay.max_tile, replay.ended, by_key)


def max_tile_of(board: Board) -> int:
    """The face value of the largest tile, 0 if there is none."""
    largest = int(board.max())
    return 1 << largest if largest else 0


def _starts_as_key_says(replay: Replay) -> bool | None:
    if replay.key is None:
        return None
    start = starting_board(replay.key, replay.size, replay.four_probability)
    return rows_of(start) == replay.start


def _spawn_of_key(replay: Replay, frame: Frame) -> tuple[int, int]:
    """The tile that the stream of the replay's key puts after this move."""
    assert replay.key is not None
    n = STARTING_TILES + frame.number - 1
    return next_spawn(frame.afterstate, replay.key, n, replay.four_probability)


def _check_outcome(replay: Replay, board: Board, score: int) -> None:
    if score != replay.score:
        raise ReplayError(f"score is {replay.score}, but the moves make {score}")
    if rows_of(board) != replay.final:
        raise ReplayError(_first_difference(replay.final, rows_of(board)))
    max_tile = max_tile_of(board)
    if max_tile != replay.max_tile:
        raise ReplayError(f"max_tile is {replay.max_tile}, but the final board has {max_tile}")
    if replay.ended == "dead" and not is_dead(board):
        raise ReplayError('ended is "dead", but a move is still legal; expected "goal" or "quit"')


def _first_difference(given: Rows, played: Rows) -> str:
    row, column = next(
        (i, j)
        for i, pair in enumerate(zip(given, played, strict=True))
        for j, (a, b) in enumerate(zip(*pair, strict=True))
        if a != b
    )
    return (
        f"final is {given[row][column]} at row {row + 1}, column {column + 1}, "
        f"but the moves lead to {played[row][column]} there"
    )
