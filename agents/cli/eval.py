"""`scratch2048 eval`: measures how well an agent plays."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tyro.conf import OmitArgPrefixes

from agents.cli.command import (
    Count,
    JsonCommand,
    OptionalCount,
    OptionalFile,
    PlayingAgent,
    Seed,
)
from agents.cli.games import check_games, check_seed, check_workers, claim_files
from agents.cli.search import SearchOptions

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
    search: OmitArgPrefixes[SearchOptions] = field(default_factory=SearchOptions)
    workers: OptionalCount = None
    """Threads; by default one per core. Without --move-time the result does not depend on it."""
    plot: OptionalFile = None
    """Write a picture of the scores and tile rates here (.png, .svg or .pdf)."""

    def run(self) -> None:
        """Evaluates."""
        from agents.cli.show import games_bar
        from agents.evaluation import evaluate
        from agents.registry import load

        agent = self.search.of(load(self.agent))
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
        self.search.check()
        check_workers(self.workers)
        if self.plot is not None:
            claim_files(check_format(self.plot))

    def _print(self, result: "Evaluation") -> None:
        from agents.cli.show import print_evaluation

        if self.json:
            self.print_json(result.summary())
        else:
            print_evaluation(self.stdout, result)
