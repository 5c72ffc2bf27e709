"""`scratch2048 train`: trains an agent into a run folder, or goes on with one."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Protocol

from tyro.conf import arg

from agents.cli.command import JsonCommand, OptionalCount, OptionalRun, OptionalTile, Seed
from agents.cli.games import checked_config, claim_run, option
from agents.ntuple.config import Algorithm, NTupleConfig
from agents.ntuple.recipe import recipe_names
from env2048.errors import UsageError

if TYPE_CHECKING:
    from agents.training.history import History
    from agents.training.runs import RunFolder
    from agents.training.stop import StopRequest


class Trainer(Protocol):
    """What the trainers of all agents have in common."""

    @property
    def run(self) -> "RunFolder":
        """Where the run is kept."""
        ...

    @property
    def history(self) -> "History":
        """What came of the games so far."""
        ...

    def train(self, stop: "StopRequest", report: Any) -> None:
        """Goes on until all is done or a stop is requested, then saves."""
        ...


@dataclass(frozen=True, kw_only=True)
class TrainCommand(JsonCommand):
    """Trains an agent into a run folder, or goes on with a run."""

    kind: ClassVar[str]
    """What is trained, as run folders have it."""
    settings: ClassVar[tuple[str, ...]]
    """The options that are settings of the run."""
    changeable: ClassVar[tuple[str, ...]]
    """Those that may be others when a run goes on."""

    seed: Seed = None
    """The training games are those of environments reset with this seed."""
    out: OptionalRun = None
    """The run folder, by default runs/NAME-1, -2, ..."""
    resume: OptionalRun = None
    """A run folder to go on with."""

    @abstractmethod
    def checked(self, settings: Mapping[str, Any]) -> Any:
        """The config of these settings; UsageError names an option that is out of range."""

    @abstractmethod
    def begin(self, config: Any, run: "RunFolder") -> Trainer:
        """A run from nothing."""

    @abstractmethod
    def go_on(self, config: Any, run: "RunFolder") -> Trainer:
        """A run that goes on from its checkpoint."""

    @abstractmethod
    def title(self, config: Any) -> str:
        """What is trained, and how long."""

    @abstractmethod
    def memory(self, config: Any) -> int:
        """Bytes that the run takes."""

    @abstractmethod
    def check_total(self, trainer: Any) -> None:
        """A run cannot be made shorter; one that is done has nothing to do, and says so."""

    @abstractmethod
    def describe(self, config: Any) -> dict[str, Any]:
        """What the result says of the network."""

    def given(self) -> dict[str, Any]:
        """The settings that stand on the command line."""
        every = {name: getattr(self, name) for name in self.settings}
        return {name: value for name, value in every.items() if value is not None}

    def check(self) -> None:
        """Checks the settings, and that there is a place for the run."""
        if self.resume is not None:
            if self.out is not None:
                raise UsageError("--out does not go with --resume: a run stays in its folder")
            return
        self.checked(self.given())
        if self.out is not None:
            claim_run(self.out)

    def run(self) -> None:
        """Trains."""
        from agents.training.resources import require_memory
        from agents.training.runs import RunFolder, free_name

        if self.resume is not None:
            run = RunFolder.open(self.resume)
            config = self._changed(run)
            with run.held():
                trainer = self.go_on(config, run)
                self.check_total(trainer)
                self._announce(config, run.path)
                run.resumed(asdict(config))
                self._train(trainer, config)
        else:
            path = self.out or claim_run(free_name(self.kind))
            given = self.given()  # of a recipe, perhaps with its seed
            config = self.checked(given | {"seed": self.choose_seed(given.get("seed"))})
            self._announce(config, path)
            require_memory(self.memory(config), "this run")  # before it has a folder
            run = RunFolder.create(path, self.kind, asdict(config))
            with run.held():
                self._train(self.begin(config, run), config)

    def _changed(self, run: "RunFolder") -> Any:
        """The settings of a resumed run: only how long and on how many threads may change."""
        from agents.training.runs import RunError

        content, given = run.read(), self.given()
        before = content["config"]
        if content["kind"] != self.kind:
            known = "" if content["kind"] in ("ntuple", "policy") else "an unknown agent, "
            raise RunError(f"{run.config_path}: a run of {known}{content['kind']!r}")
        try:
            was = asdict(self.checked(before))
        except (UsageError, TypeError, AttributeError) as error:
            raise RunError(f"{run.config_path}: not the settings of a run ({error})") from None
        changed = self.checked(before | given)
        now = asdict(changed)
        for name, value in was.items():
            if name in given and name not in self.changeable and now[name] != value:
                spelled = " ".join(map(str, value)) or None if isinstance(value, tuple) else value
                raise UsageError(
                    f"--{option(name)} cannot change when a run goes on: it is {spelled}"
                )
        return changed

    def _announce(self, config: Any, path: Path) -> None:
        from agents.training.resources import gigabytes

        size = gigabytes(self.memory(config))
        self.say(
            f"{self.title(config)}, seed {config.seed}: takes {size} of memory and at most that "
            f"much disk in {path}"
        )

    def _train(self, trainer: Trainer, config: Any) -> None:
        from agents.cli.show import tile_table
        from agents.training.stop import StopRequest

        history = trainer.history
        with StopRequest() as stop, self.bar(trainer, config) as bar:
            trainer.train(stop, bar)
        if stop.requested and not self.done(trainer, config):
            self.say(
                f"stopped after {history.games:,} games and saved; go on with: "
                f"scratch2048 train --resume {quote(str(trainer.run.path))}"
            )
            raise KeyboardInterrupt
        if self.json:
            self.print_json(self._summary(trainer, config))
            return
        last = len(history.recent)
        self.stdout.print(
            f"last {last:,} of {history.games:,} games, seed {config.seed}: "
            f"mean score {history.mean_score:,.0f}"
        )
        self.stdout.print(tile_table(history.tile_rates, last))
        self.stdout.print(f"run: {trainer.run.path}", markup=False)

    def bar(self, trainer: Trainer, config: Any) -> Any:
        """A progress bar: a context that yields what to call with the history."""
        from agents.cli.show import training_bar

        return training_bar(self.stderr, config.games, trainer.history.games)

    def done(self, trainer: Any, config: Any) -> bool:
        """Whether all that was asked for is done."""
        return bool(trainer.history.games >= config.games)

    def more(self, trainer: Any) -> dict[str, Any]:
        """What else the result says of how much was played."""
        return {}

    def _summary(self, trainer: Trainer, config: Any) -> dict[str, Any]:
        history = trainer.history
        return {
            "run": str(trainer.run.path),
            **self.describe(config),
            "games": history.games,
            "seed": config.seed,
            "moves": history.moves,
            **self.more(trainer),
            "seconds": history.seconds,
            "moves_per_second": history.moves_per_second,
            "mean_score": history.mean_score,
            "tile_rates": history.tile_rates,
        }


@dataclass(frozen=True, kw_only=True)
class TrainNTuple(TrainCommand):
    """Trains an n-tuple network by temporal difference learning.

    Ctrl-C saves and ends; `scratch2048 train --resume RUN` goes on.
    """

    kind = "ntuple"
    settings = (
        "network", "algorithm", "alpha", "replay", "trace", "steps", "initial", "anneal", "warmup",
        "split", "carousel", "downgrade", "missing", "games", "seed", "threads",
    )  # fmt: skip
    changeable = ("games", "threads")

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
    warmup: OptionalCount = None
    """The games, at the beginning, in which the learning rate rises: for small patterns, 100. By
    default 0."""
    split: Annotated[tuple[int, ...] | None, arg(metavar="TILE...", help_behavior_hint="")] = None
    """Boards with such a tile or more have tables of their own (24576: 16384 and 8192). By default
    none."""
    carousel: Annotated[tuple[int, ...] | None, arg(metavar="TILE...", help_behavior_hint="")] = (
        None
    )
    """After each game, play on from where it came to each of these tiles. By default none."""
    downgrade: OptionalTile = None
    """Choose moves as if no tile were larger, and learn from both boards. By default none."""
    missing: OptionalTile = None
    """Do so only where this tile or a larger one is missing below the largest. By default 2."""
    recipe: Annotated[
        str | None,
        arg(
            metavar="NAME",
            help_behavior_hint="",
            help=f"All of these settings from a recipe: {', '.join(recipe_names())}, "
            "or a .toml file.",
        ),
    ] = None
    games: OptionalCount = None
    """Games to play, with --resume those before included. By default 100,000."""
    threads: OptionalCount = None
    """Threads that train the same tables. One, the default, is reproducible."""

    def check(self) -> None:
        """Checks the settings, and that there is a place for the run."""
        if self.resume is not None and self.recipe is not None:
            raise UsageError("--recipe does not go with --resume: a run keeps its own")
        for name in ("split", "carousel"):
            if getattr(self, name) == ():
                raise UsageError(f"--{name} needs a tile, or several: --{name} 2048 8192")
        super().check()

    def given(self) -> dict[str, Any]:
        """The settings that stand on the command line, or in the recipe."""
        given = super().given()
        if self.recipe is None:
            return given
        from agents.ntuple.recipe import read_recipe

        for name in given:
            if name not in ("seed", "threads"):
                raise UsageError(f"--{option(name)} does not go with --recipe, which has its own")
        return read_recipe(self.recipe) | given

    def checked(self, settings: Mapping[str, Any]) -> NTupleConfig:
        """The config of these settings."""
        return checked_config(settings)

    def begin(self, config: NTupleConfig, run: "RunFolder") -> Trainer:
        """A run from nothing."""
        from agents.ntuple.trainer import NTupleTrainer

        return NTupleTrainer.begin(config, run)

    def go_on(self, config: NTupleConfig, run: "RunFolder") -> Trainer:
        """A run that goes on from its checkpoint."""
        from agents.ntuple.trainer import NTupleTrainer

        return NTupleTrainer.resume(config, run)

    def check_total(self, trainer: Any) -> None:
        """A run cannot be made shorter; one that has played all of its games has nothing to do."""
        played, total = trainer.history.games, trainer.config.games
        if total < played:
            raise UsageError(f"--games is the new total: {played:,} of them are played already")
        if total == played:
            self.say(f"all {total:,} games are played: for more, give --games, the new total")

    def title(self, config: NTupleConfig) -> str:
        """What is trained, and how long."""
        games = f"{config.games:,} game{'' if config.games == 1 else 's'}"
        return f"{config.network} {config.algorithms}, {games}"

    def memory(self, config: NTupleConfig) -> int:
        """Bytes that the run takes."""
        from agents.ntuple.trainer import memory_needed

        return memory_needed(config)

    def describe(self, config: NTupleConfig) -> dict[str, Any]:
        """What the result says of the network."""
        return {"network": config.network, "algorithm": config.algorithms}
