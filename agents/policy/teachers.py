"""Who is imitated: a player, who also says what to do where its pupil came to, or recorded games.

Letters in shapes: M moves, T of them in a row, E environments.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from agents.base import Agent, Games
from agents.errors import AgentFileError
from agents.policy import kernels
from agents.policy.buffer import Block
from agents.policy.symmetries import MOVES
from agents.training.runs import RunFolder
from env2048.board import is_dead
from env2048.errors import ReplayError
from env2048.replay.convert import read_any
from env2048.replay.frames import frames
from env2048.replay.model import Replay

OTHER_FILES = (".safetensors", ".zip")
"""Files of agents; all others are taken for replays."""

SCHEMA = "schema.json"
"""The description of the format, which lies beside the sample replays."""


class RecordedGames:
    """The moves of replays, one game after the other, as one long ring.

    Attributes:
        cells: the boards before the moves, uint8 [M, 16].
        actions: the moves, int8 [M].
        rewards: their points, float32 [M]; NaN of the last move of a game that was left before its
            end: what came of it nobody knows.
        ends: whether the game ended, or was left, with the move, bool [M].

    They take 22 bytes a move. At least one of the replays must have one.
    """

    def __init__(self, replays: Sequence[Replay]) -> None:
        cells, actions, rewards, ends = [], [], [], []
        last, self._games = -1, dict[int, tuple[int, int, int]]()
        for replay in replays:
            if not replay.moves:
                continue
            played = list(frames(replay))
            cells.append(np.array([frame.board.ravel() for frame in played], np.uint8))
            actions.append(np.array([frame.action for frame in played], np.int8))
            rewards.append(np.array([frame.reward for frame in played], np.float32))
            ends.append(np.arange(len(played)) == len(played) - 1)
            last, end = last + len(played), played[-1]
            if is_dead(end.next_board):
                self._games[last] = end.score, int(end.next_board.max()), len(played)
            else:
                rewards[-1][-1] = np.nan
        self.cells, self.actions = np.concatenate(cells), np.concatenate(actions)
        self.rewards, self.ends = np.concatenate(rewards), np.concatenate(ends)

    @classmethod
    def read(cls, path: Path) -> "RecordedGames":
        """The games of a replay file, or of all replays (*.json) in a folder.

        Raises:
            ReplayError: naming the file that is none, or breaks the rules.
            AgentFileError: if there are no moves of games on boards of size 4.
        """
        files = [path]
        if path.is_dir():
            files = sorted(file for file in path.glob("*.json") if file.name != SCHEMA)
        replays = []
        for file in files:
            replay = read_any(file)
            if replay.size != 4:
                raise AgentFileError(f"{file}: a game on a board of size {replay.size}, not 4")
            replays.append(replay)
        if not any(replay.moves for replay in replays):
            raise AgentFileError(f"{path}: no replay in it has a move to imitate")
        try:
            return cls(replays)
        except ReplayError as error:
            raise ReplayError(f"{path}: {error}") from None

    def show(self, block: Block, first: int, turns: bool) -> list[Games]:
        """Writes T moves of E places in the ring, evenly apart, as if they were played now.

        Args:
            block: T moves of E environments, written.
            first: how many moves each of them was shown before.
            turns: whether boards are turned to their canonical pictures.

        Returns:
            The games that ended with each move; those that were left are none of them.
        """
        rows, environments = block.boards.shape
        count = len(self.actions)
        starts = np.arange(environments) * count // environments
        places = (starts + first + np.arange(rows)[:, np.newaxis]) % count
        symmetries = np.empty(places.size, np.int8)
        boards, masks = np.empty(places.size, np.uint64), np.empty(places.size, np.uint8)
        kernels.look_at(self.cells[places.ravel()], turns, MOVES, boards, symmetries, masks)
        block.boards[:], block.masks[:] = boards.reshape(rows, -1), masks.reshape(rows, -1)
        places, symmetries = places[:-1], symmetries.reshape(rows, -1)[:-1]
        block.actions[:] = block.labels[:] = MOVES[symmetries, self.actions[places]]
        block.log_chances[:] = 0
        block.rewards[:], block.ends[:] = self.rewards[places], self.ends[places]
        return [
            _games([self._games[end] for end in row[ended].tolist() if end in self._games])
            for row, ended in zip(places, block.ends, strict=True)
        ]


Teacher = Agent | RecordedGames


def find_teacher(name: str) -> Teacher:
    """The agent, or the recorded games, of this name.

    Raises:
        UsageError, UnknownNameError, AgentFileError, ReplayError: if there are none.
    """
    from agents.registry import is_path, load

    path = Path(name)
    if is_path(name):
        recorded = path.is_file() and path.suffix not in OTHER_FILES
        folder = path.is_dir() and not RunFolder(path).config_path.exists()
        if recorded or (folder and any(path.glob("*.json"))):
            return RecordedGames.read(path)
    agent = load(name)
    if agent.size not in (None, 4):
        raise AgentFileError(f"{name}: plays boards of size {agent.size}, not 4")
    return agent


def _games(outcomes: list[tuple[int, int, int]]) -> Games:
    games = Games.empty(np.zeros(len(outcomes), np.uint64))
    if outcomes:
        games.scores[:], games.largest[:], games.moves[:] = zip(*outcomes, strict=True)
    return games
