"""`scratch2048 quickstart`: the whole road in a minute."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agents.cli.command import Command
from agents.ntuple.config import NTupleConfig
from env2048.errors import UsageError

if TYPE_CHECKING:
    from agents.evaluation import Evaluation
    from agents.ntuple.trainer import NTupleTrainer
    from agents.training.runs import RunFolder


@dataclass(frozen=True, kw_only=True)
class Quickstart(Command):
    """Teaches a network 2048, measures it, keeps its best game, and shows it playing."""

    games: int = 10_000
    """Games to learn from."""
    eval_games: int = 1_000
    """Games to measure it by."""
    seed: int | None = None
    """Seed of the training and of the measurement."""
    threads: int | None = None
    """Threads to train and play on; by default one per core."""
    out: Path | None = None
    """The run folder, by default runs/quickstart-1, -2, ..."""
    window: bool = True
    """Watch the agent in a window at the end, where there is a display."""

    def run(self) -> None:
        """Trains, evaluates, records, plots, shows."""
        import os

        from agents.training.runs import RunFolder, free_name

        if self.eval_games < 1:
            raise UsageError(f"--eval-games must be 1 or more, not {self.eval_games}")
        seed = self.choose_seed(self.seed)
        threads = os.cpu_count() or 1 if self.threads is None else self.threads
        try:
            config = NTupleConfig(games=self.games, seed=seed, threads=threads)
        except ValueError as error:
            raise UsageError(str(error)) from None
        folder = self.out or free_name("quickstart")
        run = RunFolder.create(folder, "ntuple", asdict(config))
        trainer = self._train(config, run)
        result = self._evaluate(trainer, threads)
        self._keep(trainer, result)
        self._say_what_next(folder)
        if self.window:
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

    def _evaluate(self, trainer: "NTupleTrainer", threads: int) -> "Evaluation":
        from agents.cli.show import games_bar, print_evaluation
        from agents.evaluation import evaluate
        from agents.ntuple.agent import NTupleAgent

        agent = NTupleAgent(trainer.network)
        agent.name = str(trainer.run.path)
        with games_bar(self.stderr, "it plays", self.eval_games) as bar:
            result = evaluate(agent, self.eval_games, trainer.config.seed, threads, bar)
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
        self.stdout.print(
            f"\n{folder} holds all of it: checkpoint.safetensors, config.json, metrics.jsonl,\n"
            "  learning.png, evaluation.png, and its best game as a replay, best.json\n\n"
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
            Watch(agent=str(folder), seed=seed, quiet=self.quiet).run()
        else:
            self.say("no display here, so no window")
