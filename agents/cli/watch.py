"""`scratch2048 watch`: an agent plays in a window, or for a file."""

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tyro.conf import OmitArgPrefixes

from agents.cli.command import (
    Command,
    Number,
    OptionalCount,
    OptionalFile,
    PlayingAgent,
    Seed,
)
from agents.cli.games import (
    check_games,
    check_gif,
    check_seed,
    check_size,
    claim_files,
    game_line,
    write_game_gif,
)
from agents.cli.search import SearchOptions
from env2048.errors import DisplayError, UsageError

if TYPE_CHECKING:
    from agents.base import Agent
    from agents.training.stop import StopRequest
    from agents.window.game import Game
    from env2048.render import Window

_UNSEEN_DRIVERS = ("dummy", "offscreen")


@dataclass(frozen=True, kw_only=True)
class Watch(Command):
    """Opens a window in which an agent plays.

    Space pauses, the right arrow then steps once, + and - change the speed, V shows what the agent
    expects of each move, R begins the next game, Esc or closing the window ends.

    With --record or --gif no display is needed: without one, the game is played unseen. Of several
    games the best is written, also when it was broken off. The GIF has at most 300 pictures and 3
    MB: of a longer game it shows the opening, the end, the moves to the first 512, 1024, 2048 and
    so on, and evenly chosen positions between them.
    """

    agent: PlayingAgent = "ntuple"
    """random, greedy, ntuple, policy, or a run folder."""
    games: OptionalCount = None
    """How many games. By default one if recording or under a dummy driver, otherwise endless."""
    seed: Seed = None
    """The first game is that of an environment reset with this seed, the next that of seed + 1."""
    search: OmitArgPrefixes[SearchOptions] = field(default_factory=SearchOptions)
    fps: Number = 8.0
    """Moves per second; fewer, where the agent looks ahead for longer."""
    size: OptionalCount = None
    """Rows of the board, for agents that play any; 2 to 5 with --record."""
    record: OptionalFile = None
    """Write the game as a replay here."""
    gif: OptionalFile = None
    """Write the game as an animated GIF here."""

    def run(self) -> None:
        """Plays and shows."""
        import numpy as np

        from agents.recording import better, decide, game_rng
        from agents.registry import load
        from agents.training.stop import StopRequest
        from agents.window.game import Game

        player = load(self.agent)
        agent = self.search.of(player, os.cpu_count() or 1)
        size = self._size_for(agent)
        decide(player, Game(0, size).board, game_rng(0))  # compiles before there is a window
        if agent is not player:
            agent.values_many(np.empty((0, size, size), np.uint8))
        best: Game | None = None
        with StopRequest() as stop:
            for game in self._games(agent, size, stop):
                self.stdout.print(game_line(game))
                best = better(best, game)
        if best is not None:
            self._write(best, agent.name)
        if stop.requested:
            raise KeyboardInterrupt

    def check(self) -> None:
        """Checks the ranges, and that the files can be written."""
        check_games(self.games)
        check_seed(self.seed)
        self.search.check()
        if not 0 < self.fps < math.inf:
            raise UsageError(f"--fps must be a number above 0, not {self.fps:g}")
        if self.size is not None:
            check_size(self.size, self.record is not None)
        check_gif(self.gif)
        claim_files(self.record, self.gif)

    def _size_for(self, agent: "Agent") -> int:
        size = self.size or agent.size or 4
        if agent.size not in (None, size):
            raise UsageError(f"{agent.name} plays boards of size {agent.size}, not {size}")
        return size

    @property
    def _recording(self) -> bool:
        return self.record is not None or self.gif is not None

    def _games(self, agent: "Agent", size: int, stop: "StopRequest") -> Iterator["Game"]:
        """The games, in a window if there is a display."""
        from agents.recording import play_games
        from env2048.render import Window

        try:
            window = Window(size, f"2048: {agent.name}")
        except DisplayError:
            if not self._recording:
                raise
            seed = self.choose_seed(self.seed)
            self.say(f"no display: {agent.name} plays unseen")
            yield from play_games(agent, seed, self.games or 1, size, lambda: stop.requested)
            return
        with window:
            yield from self._shown_games(agent, size, stop, window)

    def _shown_games(
        self, agent: "Agent", size: int, stop: "StopRequest", window: "Window"
    ) -> Iterator["Game"]:
        from agents.window.watch import KEYS, Watcher
        from env2048.render.display import requested_drivers

        unseen = requested_drivers()[:1] in ([driver] for driver in _UNSEEN_DRIVERS)
        if not unseen:
            self.say(KEYS)
        watcher = Watcher(
            agent,
            window,
            seed=self.choose_seed(self.seed),
            size=size,
            limit=self.games or (1 if unseen or self._recording else None),
            speed=self.fps,
            hurry=unseen,
            stop=lambda: stop.requested,
        )
        yield from watcher.games()

    def _write(self, game: "Game", player: str) -> None:
        from env2048.replay import write_replay

        if self.record is not None:
            write_replay(game.replay(player), self.record)
            self.say(f"replay: {self.record}")
        if self.gif is not None:
            write_game_gif(self.gif, game.positions, game.over)
            self.say(f"GIF: {self.gif}")
