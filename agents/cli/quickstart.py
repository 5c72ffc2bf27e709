"""`scratch2048 quickstart`: the whole road in a minute."""

import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agents.cli.command import Command, Count, Flag, OptionalCount, OptionalRun, Seed
from agents.cli.games import check_games, checked_config, claim_run
from agents.ntuple.config import NTupleConfig

if TYPE_CHECKING:
    from agents.evaluation import Evaluation
    from agents.ntuple.trainer import NTupleTrainer
    from agents.training.runs import RunFolder


@dataclass(frozen=True, kw_only=True)
class Quickstart(Command):
    """Teaches a network 2048, measures it, keeps its best game, and shows it playing."""

    games: Count = 10_000
    """Games to learn from."""
    eval_games: Count = 1_000
    """Games to measure it by."""
    seed: Seed = None
    """Seed of the training and of the measurement."""
    threads: OptionalCount = None
    """Threads to train and play on; by default one per core."""
    out: OptionalRun = None
    """The run folder, by default runs/quickstart-1, -2, ..."""
    no_window: Flag = False
    """Open no window in which the agent plays at the end."""

    def check(self) -> None:
        """Checks the ranges, and that there is a place for the run."""
        check_games(self.eval_games, "--eval-games")
        self._config(0 if self.seed is None else self.seed)
        if self.out is not None:
            claim_run(self.out)

    def _config(self, seed: int) -> NTupleConfig:
        threads = os.cpu_count() or 1 if self.threads is None else self.threads
        return checked_config({"games": self.games, "seed": seed, "threads": threads})

    def run(self) -> None:
        """Trains, evaluates, records, plots, shows."""
        from agents.training.runs import RunFolder, free_name

        folder = self.out or claim_run(free_name("quickstart"))
        seed = self.choose_seed(self.seed)
        config = self._config(seed)
        run = RunFolder.create(folder, "ntuple", asdict(config))
        with run.held():
            trainer = self._train(config, run)
        result = self._evaluate(trainer)
        self._keep(trainer, result)
        self._say_what_next(folder)
        if not self.no_window:
            self._watch(folder, seed + result.best_game)

    def _train(self, config: NTupleConfig, run: "RunFolder") -> "NTupleTrainer":
        from agents.cli.show import training_bar
        from agents.ntuple.trainer import NTupleTrainer, memory_needed
        from agents.training.resources import gigabytes
        from agents.training.stop import StopRequest

        self.say(
            f"a {config.network} n-tuple network learns from {config.games:,} games "
            f"({gigabytes(memory_needed(config))} of memory)"
        )
        trainer = NTupleTrainer.begin(config, run)
        with StopRequest() as stop, training_bar(self.stderr, config.games, 0) as bar:
            trainer.train(stop, bar)
        if stop.requested and trainer.history.games < config.games:
            self.say(f"stopped and saved; go on with: scratch2048 train --resume {run.path}")
            raise KeyboardInterrupt
        return trainer

    def _evaluate(self, trainer: "NTupleTrainer") -> "Evaluation":
        from agents.cli.show import games_bar, print_evaluation
        from agents.evaluation import evaluate
        from agents.ntuple.agent import NTupleAgent

        agent = NTupleAgent(trainer.network)
        agent.name = str(trainer.run.path)
        with games_bar(self.stderr, "it plays", self.eval_games) as bar:
            result = evaluate(
                agent, self.eval_games, trainer.config.seed, trainer.config.threads, bar
            )
        print_evaluation(self.stdout, result)
        return result

    def _keep(self, trainer: "NTupleTrainer", result: "Evaluation") -> None:
        """Writes the best game and the pictures into the run folder."""
        from agents.ntuple.agent import NTupleAgent
        from agents.plots import plot_evaluation, plot_learning
        from agents.recording import record_game
        from agents.training.history import read_rows
        from env2048.replay import write_replay

        run = trainer.run
        agent = NTupleAgent(trainer.network)
        replay = record_game(agent, trainer.config.seed + result.best_game)
        write_replay(replay, run.path / "best.json")
        plot_evaluation(result, run.path / "evaluation.png")
        rows = read_rows(run.metrics_path)
        if rows:  # one per 100 games
            title = f"{trainer.config.network} {trainer.config.algorithm}"
            plot_learning(rows, title, run.path / "learning.png")

    def _say_what_next(self, folder: Path) -> None:
        files = ", ".join(sorted(path.name for path in folder.iterdir()))
        self.stdout.print(
            f"\n{folder} holds all of it:\n  {files}\n"
            "best.json is the replay of its best game\n\n"
            "what to try next:\n"
            f"  scratch2048 watch {folder}\n"
            f"  scratch2048 replay gif {folder}/best.json -o best.gif\n"
            f"  scratch2048 train --resume {folder} --games {5 * self.games}\n"
            "  scratch2048 play",
            markup=False,
        )

    def _watch(self, folder: Path, seed: int) -> None:
        """Shows the best game again, if somebody can see it."""
        from agents.cli.watch import Watch
        from env2048.render import has_display

        if has_display():
            Watch(agent=str(folder), seed=seed, output=self.output).run()
        else:
            self.say("no display here, so no window")
