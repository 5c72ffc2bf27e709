"""`scratch2048 play`: a person plays in a window."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.cli.command import AgentName, Command, Count, Number, OptionalFile, Seed
from agents.cli.games import check_seed, check_size, claim_files, game_line
from env2048.errors import UsageError

if TYPE_CHECKING:
    from agents.base import Agent

_HUMAN = "human"
"""Who a replay of such a game says has played."""


@dataclass(frozen=True, kw_only=True)
class Play(Command):
    """Opens a window in which you play.

    Arrows, WASD and HJKL move. U takes a move back, as often as you like; the same new tiles will
    come again. H or ? shows what an agent would do and what it expects of each move; after a J, K
    or L, H moves left and only ? is the hint. R begins a new game. Esc or closing the window ends.

    A replay of the game does not hold the moves that were taken back.
    """

    size: Count = 4
    """Rows of the board; 2 to 5 with --record."""
    seed: Seed = None
    """The first game is that of an environment reset with this seed, the next that of seed + 1."""
    four_probability: Number = 0.1
    """How often a new tile is a 4."""
    agent: AgentName = "ntuple"
    """Who gives the hints: random, greedy, ntuple, policy, or a run folder."""
    record: OptionalFile = None
    """Write the game as a replay here; of several, the best."""

    def run(self) -> None:
        """Plays."""
        from agents.recording import better
        from agents.training.stop import StopRequest
        from agents.window.play import KEYS, Player
        from env2048.render import Window, require_display
        from env2048.replay import write_replay

        require_display()
        helper = self._helper()
        best = None
        with StopRequest() as stop, Window(self.size, "2048") as window:
            self.say(KEYS)
            player = Player(
                window,
                helper,
                seed=self.choose_seed(self.seed),
                size=self.size,
                four_probability=self.four_probability,
                stop=lambda: stop.requested,
            )
            for game in player.games():
                self.stdout.print(game_line(game))
                best = better(best, game)
        if best is not None and self.record is not None:
            write_replay(best.replay(_HUMAN), self.record)
            self.say(f"replay: {self.record}")
        if stop.requested:
            raise KeyboardInterrupt

    def check(self) -> None:
        """Checks the ranges, and that the file can be written."""
        check_seed(self.seed)
        check_size(self.size, self.record is not None)
        if not 0 <= self.four_probability <= 1:
            raise UsageError(
                f"--four-probability must be between 0 and 1, not {self.four_probability:g}"
            )
        claim_files(self.record)

    def _helper(self) -> "Agent":
        """The agent that gives hints, or another one if it does not play boards of this size."""
        from agents.registry import load
        from agents.window.game import Game

        helper = load(self.agent)
        if helper.size not in (None, self.size):
            self.say(
                f"{helper.name} plays boards of size {helper.size} only: greedy gives the hints"
            )
            helper = load("greedy")
        helper.values(Game(0, self.size).board)  # compiles now, so that no hint keeps one waiting
        return helper
