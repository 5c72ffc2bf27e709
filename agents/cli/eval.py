"""`scratch2048 eval`: measures how well an agent plays."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tyro.conf import Positional

from agents.cli.command import JsonCommand
from env2048.errors import UsageError

if TYPE_CHECKING:
    from agents.evaluation import Evaluation


@dataclass(frozen=True, kw_only=True)
class Eval(JsonCommand):
    """Plays many games with an agent and prints what they came to."""

    agent: Positional[str] = "ntuple"
    """random, greedy, ntuple, or a run folder."""
    games: int = 1000
    """How many games."""
    seed: int | None = None
    """Game i is that of an environment reset with seed + i."""
    workers: int | None = None
    """Threads; by default one per core. The result does not depend on it."""
    plot: Path | None = None
    """Write a picture of the scores and tile rates here (.png, .svg or .pdf)."""

    def run(self) -> None:
        """Evaluates."""
        from agents.cli.show import games_bar
        from agents.evaluation import evaluate
        from agents.registry import load
        from agents.training.runs import claim

        if self.plot is not None:
            from agents.plots import check_format

            check_format(claim(self.plot))
        agent = load(self.agent)
        seed = self.choose_seed(self.seed)
        try:
            with games_bar(self.stderr, f"{agent.name} plays", max(self.games, 0)) as bar:
                result = evaluate(agent, self.games, seed, self.workers, bar)
        except ValueError as error:
            raise UsageError(str(error)) from None
        if self.plot is not None:
            from agents.plots import plot_evaluation

            plot_evaluation(result, self.plot)
            self.say(f"plot: {self.plot}")
        self._print(result)

    def _print(self, result: "Evaluation") -> None:
        if self.json:
            self.print_json(result.summary())
            return
        from agents.cli.show import tile_table

        low, high = result.ci95
        count = len(result.games.scores)
        self.stdout.print(f"{result.agent}: {count:,} games, seed {result.seed}", markup=False)
        self.stdout.print(
            f"mean score {result.mean_score:,.0f} (95% interval {low:,.0f} to {high:,.0f}), "
            f"best {result.max_score:,}"
        )
        self.stdout.print(tile_table(result.tile_rates, count))
        self.stdout.print(
            f"{result.moves:,} moves in {result.seconds:.1f} s: "
            f"{result.moves_per_second:,.0f} moves/s"
        )
