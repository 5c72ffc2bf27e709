"""Making replays: move by move while a game is played, or from its key or its new tiles."""

import math
import operator
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from env2048.board import (
    DIRECTIONS,
    FOUR_PROBABILITY,
    STARTING_TILES,
    Board,
    Spawn,
    check_board,
    is_dead,
    move,
    next_spawn,
    place,
    starting_board,
)
from env2048.errors import ReplayError
from env2048.replay.codec import MAX_SIZE, encode_spawn
from env2048.replay.fields import MoveValues, Rows, rows_of
from env2048.replay.frames import frames
from env2048.replay.model import MAX_MOVES, Ending, Replay
from env2048.replay.verify import max_tile_of


class Recorder:
    """Records a game: `step` after each move, `undo` when one is taken back, `finish` at the end.

    Example:
        >>> recorder = Recorder([[1, 1], [0, 0]], agent="me")
        >>> recorder.step(3, [[2, 0], [0, 1]])
        Spawn(cell=3, exponent=1)
        >>> replay = recorder.finish()
        >>> replay.moves, replay.spawns, replay.score, replay.ended
        ('L', 'G', 4, 'quit')
    """

    def __init__(
        self,
        start_board: Board | Sequence[Sequence[int]],
        *,
        four_probability: float = FOUR_PROBABILITY,
        agent: str | None = None,
        seed: int | None = None,
        key: int | None = None,
    ) -> None:
        """Begins a record.

        Args:
            start_board: exponents [size, size], size 2 to 5; copied.
            four_probability: the probability that a new tile is a 4.
            agent: who plays.
            seed: the seed of the environment, if there is one.
            key: the key of the game, if its tiles come from one (`env2048.keys`). Leave it out for
                a game that starts from a given board.

        Raises:
            ValueError: if the board is not one, or has more than 5 rows.
        """
        board = check_board(start_board)
        if len(board) > MAX_SIZE:
            raise ValueError(f"replays hold boards of size 2 to {MAX_SIZE}, not {len(board)}")
        self._four_probability = float(four_probability)
        self._agent = agent
        self._seed = None if seed is None else operator.index(seed)
        self._key = None if key is None else operator.index(key)
        self._boards = [board]  # the start, and the board after each move
        self._scores = [0]
        self._moves: list[str] = []
        self._spawns: list[str] = []
        self._values: list[MoveValues | None] = []

    def __len__(self) -> int:
        """The number of moves."""
        return len(self._moves)

    @property
    def board(self) -> Board:
        """The board now, uint8 [size, size], a copy."""
        return self._boards[-1].copy()

    @property
    def score(self) -> int:
        """The score now."""
        return self._scores[-1]

    def step(
        self,
        action: int,
        next_board: Board | Sequence[Sequence[int]] | None = None,
        values: Sequence[float] | NDArray[np.float64] | None = None,
        *,
        spawn: Spawn | None = None,
    ) -> Spawn:
        """Records one move. A move that changes nothing is none: it is not to be recorded.

        Args:
            action: 0 up, 1 right, 2 down, 3 left.
            next_board: the board after the move and the new tile. If it is not given, `spawn` is
                the new tile; if neither is given, the new tile is drawn from the key.
            values: what the player thought of the four moves, [4]; NaN (or infinite) where a move
                is illegal. Kept to seven digits, about those of a float32.
            spawn: the new tile, where the board after it is not at hand.

        Returns:
            The new tile.

        Raises:
            ValueError: if the move changes nothing, if the next board does not follow from it, or
                if the new tile cannot be told.
        """
        action = operator.index(action)
        afterstate, reward = move(self._boards[-1], action)
        name = f"move {len(self) + 1} ({DIRECTIONS[action]})"
        if np.array_equal(afterstate, self._boards[-1]):
            raise ValueError(f"{name} changes nothing")
        kept_values = None if values is None else _rounded(values)
        if next_board is not None:
            spawn = _new_tile(afterstate, check_board(next_board, len(afterstate)), name)
        elif spawn is None:
            spawn = self._draw(afterstate)
        elif not _fits(afterstate, spawn):
            raise ValueError(f"{name}: {spawn} is not a 2 or a 4 on an empty cell")
        self._boards.append(place(afterstate, spawn))
        self._scores.append(self._scores[-1] + reward)
        self._moves.append(DIRECTIONS[action])
        self._spawns.append(encode_spawn(spawn))
        self._values.append(kept_values)
        return spawn

    def _draw(self, afterstate: Board) -> Spawn:
        if self._key is None:
            raise ValueError("without a key, a step needs the next board or the new tile")
        n = STARTING_TILES + len(self)
        return next_spawn(afterstate, self._key, n, self._four_probability)

    def undo(self) -> None:
        """Takes the last move back.

        Raises:
            IndexError: if there is none.
        """
        if not self._moves:
            raise IndexError("there is no move to take back")
        self._boards.pop()
        self._scores.pop()
        self._moves.pop()
        self._spawns.pop()
        self._values.pop()

    def finish(self, ended: Ending | None = None) -> Replay:
        """The replay of the game so far; the record can go on afterwards.

        Args:
            ended: why the game stopped: "dead" (no move is legal), "goal" (at a tile that was aimed
                for) or "quit"; if None, "dead" or "quit", as the board tells.

        Raises:
            ValueError: if it is said to be dead and a move is legal, or something given at the
                beginning cannot stand in a replay (pydantic's ValidationError is one).
        """
        board = self._boards[-1]
        if ended == "dead" and not is_dead(board):
            raise ValueError('the game is not "dead": a move is legal')
        return Replay(
            size=len(board),
            four_probability=self._four_probability,
            agent=self._agent,
            seed=self._seed,
            key=self._key,
            start=rows_of(self._boards[0]),
            moves="".join(self._moves),
            spawns="".join(self._spawns),
            score=self.score,
            max_tile=max_tile_of(board),
            final=rows_of(board),
            ended=ended or _ending(board),
            values=tuple(self._values) if any(self._values) else None,
        )


def replay_from_key(
    key: int,
    moves: str | Iterable[int],
    *,
    size: int = 4,
    four_probability: float = FOUR_PROBABILITY,
    agent: str | None = None,
    seed: int | None = None,
    ended: Ending | None = None,
) -> Replay:
    """The replay of the game with this key: its moves are enough, the tiles follow from the key.

    Args:
        key: the key of the game, 0 to 2^64 - 1.
        moves: letters U, R, D, L, or actions 0 to 3; moves that change nothing left out.
        size: the side of the board.
        four_probability: the probability that a new tile is a 4.
        agent: who played.
        seed: the seed of the environment, if there is one.
        ended: as in `Recorder.finish`.

    Raises:
        ValueError: if a move is not one, or changes nothing.
    """
    recorder = Recorder(
        starting_board(key, size, four_probability),
        four_probability=four_probability,
        agent=agent,
        seed=seed,
        key=key,
    )
    for letter_or_action in moves:
        recorder.step(_action(letter_or_action))
    return recorder.finish(ended)


def replay_from_spawns(
    start: Rows,
    moves: str,
    spawns: str,
    *,
    four_probability: float = FOUR_PROBABILITY,
    agent: str | None = None,
) -> Replay:
    """The replay of a game that came from elsewhere as its start, moves and new tiles.

    Args:
        start: rows of exponents.
        moves: letters U, R, D, L.
        spawns: the new tiles as characters (`codec`).
        four_probability: the probability that a new tile is a 4.
        agent: who played.

    Raises:
        ReplayError: at the first move that does not follow the rules.
    """
    if max(len(moves), len(spawns)) > MAX_MOVES:
        raise ReplayError(f"there are more than {MAX_MOVES:,} moves; no game is that long")
    draft = Replay(
        size=len(start),
        four_probability=four_probability,
        agent=agent,
        start=start,
        moves=moves,
        spawns=spawns,
        score=0,
        max_tile=0,
        final=start,
        ended="quit",
    )
    board, score = draft.start_board(), 0
    for frame in frames(draft):
        board, score = frame.next_board, frame.score
    outcome = {
        "score": score,
        "max_tile": max_tile_of(board),
        "final": rows_of(board),
        "ended": _ending(board),
    }
    return draft.model_copy(update=outcome)


def _action(letter_or_action: str | int) -> int:
    if not isinstance(letter_or_action, str):
        return letter_or_action
    if letter_or_action not in DIRECTIONS:
        raise ValueError(f"a move is one of the letters U, R, D and L, not {letter_or_action!r}")
    return DIRECTIONS.index(letter_or_action)


def _ending(board: Board) -> Ending:
    return "dead" if is_dead(board) else "quit"


def _new_tile(afterstate: Board, next_board: Board, name: str) -> Spawn:
    """The one tile in which the two boards differ."""
    cells = np.flatnonzero(afterstate != next_board)
    if len(cells) == 1:
        spawn = Spawn(int(cells[0]), int(next_board.flat[cells[0]]))
        if _fits(afterstate, spawn):
            return spawn
    raise ValueError(f"{name}: the next board is not the slid board with one new 2 or 4 on it")


def _fits(afterstate: Board, spawn: Spawn) -> bool:
    on_board = 0 <= spawn.cell < afterstate.size
    return on_board and spawn.exponent in (1, 2) and not afterstate.flat[spawn.cell]


def _rounded(values: Sequence[float] | NDArray[np.float64]) -> MoveValues:
    """Four values to seven digits, None where they are not finite."""
    if len(values) != 4:
        raise ValueError(f"expected four values, one per move, not {len(values)}")
    numbers = [float(value) for value in values]
    return tuple(float(f"{value:.7g}") if math.isfinite(value) else None for value in numbers)
