"""`scratch2048 train`: trains an agent into a run folder, or goes on with one."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agents.cli.command import JsonCommand
from agents.ntuple.config import Algorithm, NTupleConfig
from env2048.errors import UsageError

if TYPE_CHECKING:
    from agents.training.runs import RunFolder

_KINDS = ("ntuple",)


def with_kind(arguments: list[str]) -> list[str]:
    """Completes `train --resume RUN`: the run says which agent it trains."""
    if arguments[:1] != ["train"] or not set(arguments[1:2]) or arguments[1] in _KINDS:
        return arguments
    if not any(argument.split("=")[0] == "--resume" for argument in arguments):
        return arguments
    return ["train", "ntuple", *arguments[1:]]


@dataclass(frozen=True, kw_only=True)
class TrainNTuple(JsonCommand):
    """Trains an n-tuple network by temporal difference learning.

    Ctrl-C saves and ends; `scratch2048 train --resume RUN` goes on.
    """

    network: str | None = None
    """A network by name (4x6, 6x5) or patterns such as 012345,456789. By default 4x6."""
    algorithm: Algorithm | None = None
    """td0: TD(0); tc: temporal coherence, a learning rate for each weight. By default tc."""
    alpha: float | None = None
    """The learning rate. By default 0.1 for td0 and 1.0 for tc."""
    games: int | None = None
    """Games to play, with --resume those before included. By default 100,000."""
    seed: int | None = None
    """The training games are those of an environment reset with this seed."""
    threads: int | None = None
    """Threads that train the same tables. One, the default, is reproducible."""
    out: Path | None = None
    """The run folder, by default runs/ntuple-1, -2, ..."""
    resume: Path | None = None
    """A run folder to go on with."""

    def run(self) -> None:
        """Trains."""
        from agents.ntuple.trainer import NTupleTrainer
        from agents.training.runs import RUNS, RunFolder, claim, free_name

        if self.resume is not None:
            run = RunFolder.open(self.resume)
            config = self._changed(run)
            self._announce(config, run.path)
            trainer = NTupleTrainer.resume(config, run)
            run.resumed(asdict(config))
        else:
            config = self._checked(self._given())
            path = claim(self.out or free_name("ntuple", RUNS))
            config = replace(config, seed=self.choose_seed(self.seed))
            self._announce(config, path)
            run = RunFolder.create(path, "ntuple", asdict(config))
            trainer = NTupleTrainer.begin(config, run)
        self._train(trainer)

    def _given(self) -> dict[str, Any]:
        """The settings that stand on the command line."""
        names = ("network", "algorithm", "alpha", "games", "seed", "threads")
        return {name: value for name in names if (value := getattr(self, name)) is not None}

    def _checked(self, settings: dict[str, Any]) -> NTupleConfig:
        from agents.ntuple.patterns import parse_patterns

        try:
            config = NTupleConfig(**settings)
            parse_patterns(config.network)
        except ValueError as error:
            raise UsageError(str(error)) from None
        return config

    def _changed(self, run: "RunFolder") -> NTupleConfig:
        """The settings of a resumed run: only how long and on how many threads may change."""
        from agents.training.runs import RunError

        if self.out is not None:
            raise UsageError("--out does not go with --resume: a run stays in its folder")
        before, given = run.read()["config"], self._given()
        try:
            self._checked(before)
        except (UsageError, TypeError) as error:
            raise RunError(f"{run.config_path}: not the settings of a run ({error})") from None
        for name in set(given) - {"games", "threads"}:
            if given[name] != before.get(name):
                raise UsageError(
                    f"--{name} cannot change when a run goes on: it is {before.get(name)}"
                )
        return self._checked(before | given)

    def _announce(self, config: NTupleConfig, path: Path) -> None:
        """Says beforehand what the run will take; too much ends it before it has a folder."""
        from agents.ntuple.trainer import memory_needed
        from agents.training.resources import gigabytes, require_memory

        size = memory_needed(config)
        self.say(
            f"{config.network} {config.algorithm}, {config.games:,} games, seed {config.seed}: "
            f"takes {gigabytes(size)} of memory and at most that much disk in {path}"
        )
        require_memory(size, f"training {config.network}")

    def _train(self, trainer: Any) -> None:
        from agents.cli.show import tile_table, training_bar
        from agents.training.stop import StopRequest

        history, config = trainer.history, trainer.config
        with (
            StopRequest() as stop,
            training_bar(self.stderr, config.games, history.games) as bar,
        ):
            trainer.train(stop, bar)
        if stop.requested and history.games < config.games:
            self.say(
                f"stopped after {history.games:,} games and saved; go on with: "
                f"scratch2048 train --resume {trainer.run.path}"
            )
            raise KeyboardInterrupt
        if self.json:
            self.print_json(self._summary(trainer))
            return
        last = len(history.recent)
        self.stdout.print(
            f"last {last:,} of {history.games:,} games: mean score {history.mean_score:,.0f}"
        )
        self.stdout.print(tile_table(history.tile_rates, last))
        self.stdout.print(f"run: {trainer.run.path}", markup=False)

    def _summary(self, trainer: Any) -> dict[str, Any]:
        history, config = trainer.history, trainer.config
        return {
            "run": str(trainer.run.path),
            "network": config.network,
            "algorithm": config.algorithm,
            "games": history.games,
            "seed": config.seed,
            "moves": history.moves,
            "seconds": history.seconds,
            "moves_per_second": history.moves_per_second,
            "mean_score": history.mean_score,
            "tile_rates": history.tile_rates,
        }
