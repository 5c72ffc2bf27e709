"""Playing a replay again, one move at a time: for viewers, GIFs, converters and `verify`."""

from collections.abc import Iterator
from itertools import zip_longest
from typing import NamedTuple

import numpy as np

from env2048.board import DIRECTIONS, Board, Spawn, move, place
from env2048.errors import ReplayError
from env2048.replay.codec import spawn_table, why_no_spawn
from env2048.replay.fields import MoveValues, quote
from env2048.replay.model import Replay


class Frame(NamedTuple):
    """One move of a game and its result. Boards are uint8 [size, size]; do not write to them."""

    number: int
    """Counts from 1."""
    board: Board
    """Before the move."""
    action: int
    """0 up, 1 right, 2 down, 3 left."""
    afterstate: Board
    """Slid and merged, without the new tile."""
    reward: int
    """The sum of the tiles made by merging in this move."""
    spawn: Spawn
    """The new tile."""
    next_board: Board
    """With the new tile; the `board` of the next frame."""
    score: int
    """After the move."""
    values: MoveValues | None
    """What the player thought of the four moves, if the replay tells."""


def frames(replay: Replay) -> Iterator[Frame]:
    """Plays a replay again; the boards come from the rules, not from the file.

    Raises:
        ReplayError: at the first move that does not follow the rules, after the frames before it.
    """
    spawns = spawn_table(replay.size)
    board = replay.start_board()
    score = 0
    steps = zip_longest(replay.moves, replay.spawns, replay.values or ())
    for number, (letter, character, values) in enumerate(steps, start=1):
        if letter is None or character is None:
            raise ReplayError(_unequal_lengths(replay, number))
        if letter not in DIRECTIONS:
            raise ReplayError(f"move {number}: {quote(letter)} is not one of U, R, D and L")
        action = DIRECTIONS.index(letter)
        afterstate, reward = move(board, action)
        if np.array_equal(afterstate, board):
            raise ReplayError(f"move {number} ({letter}) changes nothing")
        if character not in spawns:
            raise ReplayError(f"move {number}: {why_no_spawn(character, replay.size)}")
        spawn = spawns[character]
        if afterstate.flat[spawn.cell]:
            raise ReplayError(
                f"move {number} ({letter}): the new tile is on cell {spawn.cell}, "
                "which is not empty"
            )
        next_board = place(afterstate, spawn)
        score += reward
        yield Frame(number, board, action, afterstate, reward, spawn, next_board, score, values)
        board = next_board


def _unequal_lengths(replay: Replay, number: int) -> str:
    moves, spawns = len(replay.moves), len(replay.spawns)
    lengths = f"there are {moves} moves but {spawns} spawn characters"
    if moves > spawns:
        return f"move {number} ({quote(replay.moves[number - 1])[1:-1]}) has no new tile: {lengths}"
    return f"new tile {number} has no move: {lengths}"
