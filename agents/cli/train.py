"""`scratch2048 train`: trains an agent into a run folder, or goes on with one."""

from dataclasses import asdict, dataclass
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any, Literal

from tyro.conf import Positional, arg

from agents.cli.command import JsonCommand, OptionalCount, OptionalRun, OptionalTile, Seed
from agents.cli.games import checked_config, claim_run, option
from agents.ntuple.config import Algorithm, NTupleConfig
from env2048.errors import UsageError

if TYPE_CHECKING:
    from agents.ntuple.trainer import NTupleTrainer
    from agents.training.runs import RunFolder


_SETTINGS = (
    "network", "algorithm", "alpha", "replay", "trace", "steps", "initial", "anneal", "split",
    "downgrade", "games", "seed", "threads",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Train(JsonCommand):
    """Trains an agent into a run folder, or goes on with a run.

    Ctrl-C saves and ends; `scratch2048 train --resume RUN` goes on.
    """

    agent: Annotated[
        Positional[Literal["ntuple"] | None],
        arg(metavar="[{ntuple}]", help_behavior_hint=""),
    ] = None
    """What to train. ntuple: an n-tuple network, by temporal difference learning."""
    network: Annotated[str | None, arg(metavar="NAME", help_behavior_hint="")] = None
    """Networks by name (4x6, 17x4), patterns such as 012345, or several joined by commas. By
    default 4x6."""
    algorithm: Annotated[Algorithm | None, arg(metavar="{td0,tc}", help_behavior_hint="")] = None
    """td0: TD(0); tc: temporal coherence, a learning rate for each weight. By default tc."""
    alpha: Annotated[float | None, arg(metavar="X", help_behavior_hint="")] = None
    """The learning rate. By default 0.1 for td0 and 1.0 for tc."""
    replay: OptionalCount = None
    """After each game, learn again from this many: from it, and from past ones. By default 0."""
    trace: Annotated[float | None, arg(name="lambda", metavar="X", help_behavior_hint="")] = None
    """TD(lambda): how much of what follows counts as it fell, 0 to 1. By default 0."""
    steps: OptionalCount = None
    """n-step returns: how many rewards count as they fell. By default 1."""
    initial: Annotated[float | None, arg(metavar="POINTS", help_behavior_hint="")] = None
    """What every board is worth at first: optimistic initialization. By default 0."""
    anneal: Annotated[float | None, arg(metavar="SHARE", help_behavior_hint="")] = None
    """The share of the games, at the end, in which the learning rate falls to 0. By default 0."""
    split: OptionalTile = None
    """Boards with this tile or a larger one have tables of their own. By default none."""
    downgrade: OptionalTile = None
    """Choose moves as if no tile were larger, and learn from both boards. By default none."""
    recipe: Annotated[str | None, arg(metavar="NAME", help_behavior_hint="")] = None
    """All of these settings from a recipe: ten-thousand, embedded, or a .toml file."""
    games: OptionalCount = None
    """Games to play, with --resume those before included. By default 100,000."""
    seed: Seed = None
    """The training games are those of an environment reset with this seed."""
    threads: OptionalCount = None
    """Threads that train the same tables. One, the default, is reproducible."""
    out: OptionalRun = None
    """The run folder, by default runs/ntuple-1, -2, ..."""
    resume: OptionalRun = None
    """A run folder to go on with."""

    def check(self) -> None:
        """Checks the settings, and that there is a place for the run."""
        if self.resume is not None:
            if self.out is not None:
                raise UsageError("--out does not go with --resume: a run stays in its folder")
            if self.recipe is not None:
                raise UsageError("--recipe does not go with --resume: a run keeps its own")
            return
        if self.agent is None:
            raise UsageError(
                "which agent? scratch2048 train ntuple, or go on with a run: "
                "scratch2048 train --resume RUN"
            )
        checked_config(self._given())
        if self.out is not None:
            claim_run(self.out)

    def run(self) -> None:
        """Trains."""
        from agents.ntuple.trainer import NTupleTrainer
        from agents.training.runs import RunFolder, free_name

        if self.resume is not None:
            run = RunFolder.open(self.resume)
            config = self._changed(run)
            trainer = NTupleTrainer.resume(config, run)
            self._check_total(trainer)
            self._announce(config, run.path)
            run.resumed(asdict(config))
        else:
            path = self.out or claim_run(free_name("ntuple"))
            config = checked_config({**self._given(), "seed": self.choose_seed(self.seed)})
            self._announce(config, path)
            run = RunFolder.create(path, "ntuple", asdict(config))
            trainer = NTupleTrainer.begin(config, run)
        self._train(trainer)

    def _given(self) -> dict[str, Any]:
        """The settings that stand on the command line."""
        given = {name: value for name in _SETTINGS if (value := getattr(self, name)) is not None}
        if self.recipe is None:
            return given
        from agents.ntuple.recipe import read_recipe

        for name in set(given) - {"seed", "threads"}:
            raise UsageError(f"--{option(name)} does not go with --recipe, which has its own")
        return read_recipe(self.recipe) | given

    def _changed(self, run: "RunFolder") -> NTupleConfig:
        """The settings of a resumed run: only how long and on how many threads may change."""
        from agents.training.runs import RunError

        content, given = run.read(), self._given()
        before = content["config"]
        if content["kind"] != "ntuple":
            raise RunError(f"{run.config_path}: a run of an unknown agent, {content['kind']!r}")
        try:
            checked_config(before)
        except (UsageError, TypeError, AttributeError) as error:
            raise RunError(f"{run.config_path}: not the settings of a run ({error})") from None
        for name in set(given) - {"games", "threads"}:
            if given[name] != before.get(name):
                raise UsageError(
                    f"--{option(name)} cannot change when a run goes on: it is {before.get(name)}"
                )
        return checked_config(before | given)

    def _check_total(self, trainer: "NTupleTrainer") -> None:
        """A run cannot be made shorter; one that has played all of its games has nothing to do."""
        played, total = trainer.history.games, trainer.config.games
        if total < played:
            raise UsageError(f"--games is the new total: {played:,} of them are played already")
        if total == played:
            self.say(f"all {total:,} games are played: for more, give --games, the new total")

    def _announce(self, config: NTupleConfig, path: Path) -> None:
        """Says beforehand what the run will take; too much ends it before it has a folder."""
        from agents.ntuple.trainer import memory_needed
        from agents.training.resources import gigabytes, require_memory

        size = memory_needed(config)
        games = f"{config.games:,} game{'' if config.games == 1 else 's'}"
        self.say(
            f"{config.network} {config.algorithm}, {games}, seed {config.seed}: "
            f"takes {gigabytes(size)} of memory and at most that much disk in {path}"
        )
        require_memory(size, f"training {config.network}")

    def _train(self, trainer: "NTupleTrainer") -> None:
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
                f"scratch2048 train --resume {quote(str(trainer.run.path))}"
            )
            raise KeyboardInterrupt
        if self.json:
            self.print_json(self._summary(trainer))
            return
        last = len(history.recent)
        self.stdout.print(
            f"last {last:,} of {history.games:,} games, seed {config.seed}: "
            f"mean score {history.mean_score:,.0f}"
        )
        self.stdout.print(tile_table(history.tile_rates, last))
        self.stdout.print(f"run: {trainer.run.path}", markup=False)

    def _summary(self, trainer: "NTupleTrainer") -> dict[str, Any]:
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
