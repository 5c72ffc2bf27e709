"""`scratch2048 train policy`: a policy network learns from its own games, and past ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from tyro.conf import arg

from agents.cli.command import OptionalCount
from agents.cli.games import option
from agents.cli.train import TrainCommand, Trainer
from agents.policy.config import Algorithm, PolicyConfig, Symmetry
from env2048.errors import UsageError

if TYPE_CHECKING:
    from agents.policy.teachers import Teacher
    from agents.training.runs import RunFolder

OptionalNumber = Annotated[float | None, arg(metavar="X", help_behavior_hint="")]
OptionalShare = Annotated[float | None, arg(metavar="SHARE", help_behavior_hint="")]


SETTINGS_OF: dict[str, tuple[str, ...]] = {
    "replay": ("replay",),
    "priority": ("replay",),
    "epochs": ("ppo", "replay"),
    "study": ("ppo", "replay"),
    "trace": ("actor-critic", "ppo", "replay"),
    "batch": ("reinforce", "actor-critic", "ppo", "replay"),
}
"""The algorithms that have an option; to the others it would say nothing."""

WHILE_IMITATING = ("study", "trace", "batch")
"""Those of them that all algorithms have as long as they imitate."""


@dataclass(frozen=True, kw_only=True)
class TrainPolicy(TrainCommand):
    """Trains a policy network: it looks at a board and plays a move.

    Learning rate and entropy bonus fall over the run, so say beforehand how long it is to be.
    Ctrl-C saves and ends; `scratch2048 train --resume RUN` goes on.
    """

    kind = "policy"
    settings = (
        "steps", "games", "algorithm", "rate", "gamma", "trace", "entropy", "replay", "buffer",
        "priority", "restart", "symmetry", "width", "hidden", "environments", "rollout", "epochs",
        "study", "batch", "imitate", "imitation", "demonstrations", "seed", "threads",
    )  # fmt: skip
    changeable = ("steps", "games", "threads")

    steps: OptionalCount = None
    """Moves to play in all, rounded up to whole rounds of environments x rollout. By default
    200,000,000."""
    games: OptionalCount = None
    """End sooner, after this many games."""
    algorithm: Annotated[
        Algorithm | None,
        arg(metavar="{pairs,reinforce,actor-critic,ppo,replay}", help_behavior_hint=""),
    ] = None
    """pairs: one move at a time, by its own points; reinforce, actor-critic, ppo, the default:
    from fresh games alone; replay: ppo with past games as well."""
    rate: OptionalNumber = None
    """The learning rate at first. By default 0.002."""
    gamma: OptionalNumber = None
    """The discount of what comes a move later. By default 0.998."""
    trace: Annotated[float | None, arg(name="lambda", metavar="X", help_behavior_hint="")] = None
    """Lambda: how much of what follows counts as it fell, 0 to 1. By default 0.9."""
    entropy: OptionalNumber = None
    """The bonus for undecided policies at first. By default 0.01."""
    replay: OptionalNumber = None
    """Past sequences per fresh one in each round. By default 0.5."""
    buffer: OptionalCount = None
    """Rounds that the replay buffer holds. By default 32."""
    priority: OptionalNumber = None
    """Past sequences are drawn by what they have to teach to this power. By default 1."""
    restart: OptionalShare = None
    """The share of ended games after which one begins amid a past one. By default 0."""
    symmetry: Annotated[
        Symmetry | None, arg(metavar="{canonical,augment,none}", help_behavior_hint="")
    ] = None
    """Turn each board to one of its eight pictures (canonical, the default), or to any by
    chance."""
    width: OptionalCount = None
    """Features of each row, column and square. By default 40."""
    hidden: Annotated[tuple[int, ...] | None, arg(metavar="N...", help_behavior_hint="")] = None
    """Units of the dense layers. By default 256 128."""
    environments: OptionalCount = None
    """Games that are played side by side. By default 1024."""
    rollout: OptionalCount = None
    """Moves in each of them between two rounds of learning. By default 32."""
    epochs: OptionalCount = None
    """How often a round is learned from, each time from a share of its moves. By default 2."""
    study: OptionalShare = None
    """The share of the moves that each epoch learns from: those with most to teach. By default
    0.2."""
    batch: OptionalCount = None
    """Boards per step of the optimizer. By default 1024."""
    imitate: Annotated[str | None, arg(metavar="AGENT", help_behavior_hint="")] = None
    """Learn this agent's moves first, or those of a replay file or a folder of them. By default
    nobody's."""
    imitation: OptionalShare = None
    """The share of the steps in which it is imitated. By default 0.2."""
    demonstrations: OptionalShare = None
    """The share of games that an imitated agent plays itself; in the others it says what it would
    do. By default 0.25."""
    threads: OptionalCount = None
    """Threads, of which two are of use. By default 1; the result is the same."""

    def checked(self, settings: Mapping[str, Any]) -> PolicyConfig:
        """The config of these settings.

        Raises:
            UsageError: naming an option that is out of range, or an agent that cannot be imitated.
        """
        try:
            return PolicyConfig.from_dict(settings)
        except ValueError as error:
            words = str(error)
            raise UsageError(f"--{words.replace('trace', 'lambda', 1)}") from None

    def check(self) -> None:
        """Checks the settings, the agent to imitate, and that there is a place for the run."""
        if self.resume is None:
            self._check_use()
            _ = self._teacher
        super().check()

    def _check_use(self) -> None:
        """Checks that no option is given that would say nothing."""
        given = self.given()
        config = self.checked(given)
        for name, algorithms in SETTINGS_OF.items():
            used = config.algorithm in algorithms or (config.imitate and name in WHILE_IMITATING)
            if name in given and not used:
                which = " or ".join(algorithms)
                raise UsageError(f"--{option(name)} goes with --algorithm {which}")
        if self.buffer is not None and not config.remembers:
            raise UsageError("--buffer goes with --algorithm replay or reinforce, or --restart")
        for name in ("imitation", "demonstrations"):
            if name in given and config.imitate is None:
                raise UsageError(f"--{name} goes with --imitate")
        if self.demonstrations is not None:
            from agents.policy.teachers import RecordedGames

            if isinstance(self._teacher, RecordedGames):
                raise UsageError("--demonstrations goes with a player: replays show all they have")

    @cached_property
    def _teacher(self) -> "Teacher | None":
        """Who is imitated: looked for before the run has a folder, and read once."""
        if self.imitate is None:
            return None
        from agents.policy.teachers import find_teacher

        return find_teacher(self.imitate)

    def given(self) -> dict[str, Any]:
        """The settings that stand on the command line; files are found from any folder then."""
        given = super().given()
        if self.imitate is not None:
            from agents.registry import is_path

            if is_path(self.imitate):
                given["imitate"] = str(Path(self.imitate).absolute())
        return given

    def begin(self, config: PolicyConfig, run: "RunFolder") -> Trainer:
        """A run from nothing."""
        from agents.policy.trainer import PolicyTrainer

        return PolicyTrainer.begin(config, run, self._teacher)

    def go_on(self, config: PolicyConfig, run: "RunFolder") -> Trainer:
        """A run that goes on from its checkpoint."""
        from agents.policy.trainer import PolicyTrainer

        return PolicyTrainer.resume(config, run)

    def title(self, config: PolicyConfig) -> str:
        """What is trained, and how long."""
        games = "" if config.games is None else f" or {config.games:,} games"
        return f"policy {config.algorithm}, {config.steps:,} moves{games}"

    def memory(self, config: PolicyConfig) -> int:
        """Bytes that the run takes."""
        from agents.policy.trainer import memory_needed

        return memory_needed(config)

    def check_total(self, trainer: Any) -> None:
        """A run cannot be made shorter; one that is done has nothing to do."""
        history, config = trainer.history, trainer.config
        if self.steps is not None and self.steps < history.steps:
            raise UsageError(f"--steps is the new total: {history.steps:,} are played already")
        if self.games is not None and self.games < history.games:
            raise UsageError(f"--games is the new total: {history.games:,} are played already")
        if trainer.finished:
            which = "steps" if history.steps >= config.steps else "games"
            self.say(f"all {which} are played: for more, give --{which}, the new total")

    def describe(self, config: PolicyConfig) -> dict[str, Any]:
        """What the result says of the network."""
        network = "-".join(map(str, (config.width, *config.hidden)))
        return {"network": network, "algorithm": config.algorithm}

    def more(self, trainer: Any) -> dict[str, Any]:
        """What else the result says: moves of all games, also of those that still go on."""
        return {"steps": trainer.history.steps}

    def bar(self, trainer: Any, config: PolicyConfig) -> Any:
        """A progress bar over the moves."""
        from agents.cli.show import moves_bar

        return moves_bar(self.stderr, config.steps, trainer.history.steps)

    def done(self, trainer: Any, config: PolicyConfig) -> bool:
        """Whether all that was asked for is done."""
        return bool(trainer.finished)
