"""`scratch2048 eval`: measures how well an agent plays."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.cli.command import (
    Count,
    JsonCommand,
    OptionalCount,
    OptionalFile,
    OptionalSeconds,
    OptionalTile,
    PlayingAgent,
    Seed,
)
from agents.cli.games import check_games, check_seed, check_workers, claim_files
from agents.cli.search import check_search, looking_ahead

if TYPE_CHECKING:
    from agents.evaluation import Evaluation


@dataclass(frozen=True, kw_only=True)
class Eval(JsonCommand):
    """Plays many games with an agent and prints what they came to."""

    agent: PlayingAgent = "ntuple"
    """random, greedy, ntuple, policy, or a run folder."""
    games: Count = 1000
    """How many games."""
    seed: Seed = None
    """Game i is that of an environment reset with seed + i."""
    search: OptionalCount = None
    """Layers of its moves that the agent looks ahead, over all new tiles; by default 1: greedy."""
    move_time: OptionalSeconds = None
    """Seconds in which it looks ahead as far as it can, and at most --search."""
    downgrade: OptionalTile = None
    """Choose moves as if no tile were larger, 0: as it is; by default as the player was trained
    (ntuple: 4096). See agents/ntuple/downgrade.py."""
    missing: OptionalTile = None
    """Do so only where this tile or a larger one is missing below the largest."""
    workers: OptionalCount = None
    """Threads; by default one per core. Without --move-time the result does not depend on it."""
    plot: OptionalFile = None
    """Write a picture of the scores and tile rates here (.png, .svg or .pdf)."""

    def run(self) -> None:
        """Evaluates."""
        from agents.cli.show import games_bar
        from agents.evaluation import evaluate
        from agents.registry import load

        agent = looking_ahead(
            load(self.agent), self.search, self.move_time, self.downgrade, self.missing
        )
        seed = self.choose_seed(self.seed)
        with games_bar(self.stderr, f"{agent.name} plays", self.games) as bar:
            result = evaluate(agent, self.games, seed, self.workers, bar)
        if self.plot is not None:
            from agents.plots import plot_evaluation

            plot_evaluation(result, self.plot)
            self.say(f"plot: {self.plot}")
        self._print(result)

    def check(self) -> None:
        """Checks the ranges, and that the plot can be written."""
        from agents.plots import check_format

        check_games(self.games)
        check_seed(self.seed)
        check_search(self.search, self.move_time, self.downgrade, self.missing)
        check_workers(self.workers)
        if self.plot is not None:
            claim_files(check_format(self.plot))

    def _print(self, result: "Evaluation") -> None:
        from agents.cli.show import print_evaluation

        if self.json:
            self.print_json(result.summary())
        else:
            print_evaluation(self.stdout, result)
