"""The subcommands by name."""

from contextlib import suppress
from pathlib import Path

from agents.cli.bench import Bench
from agents.cli.command import Command
from agents.cli.compare import Compare
from agents.cli.eval import Eval
from agents.cli.nets import NETS
from agents.cli.play import Play
from agents.cli.plot import Plot
from agents.cli.quickstart import Quickstart
from agents.cli.replay import REPLAY
from agents.cli.train import TrainNTuple
from agents.cli.train_policy import TrainPolicy
from agents.cli.watch import Watch
from env2048.errors import UsageError

DESCRIPTION = """2048 from scratch: learn it, play it, watch it, replay it.

Begin with `scratch2048 quickstart`. Each command has a --help of its own. --version prints the
version, --tyro-print-completion bash (or zsh, fish, tcsh) what a shell needs to complete commands.
"""

TRAIN: dict[str, type[Command]] = {"ntuple": TrainNTuple, "policy": TrainPolicy}


def _of_the_run(arguments: list[str]) -> type[Command]:
    """What goes on with the run that `train --resume RUN` names: its kind says which.

    Raises:
        UsageError: if no run is named.
    """
    from agents.training.runs import RunFolder
    from env2048.errors import Scratch2048Error

    for i, word in enumerate(arguments):
        name, _, value = word.partition("=")
        if name == "--resume":
            path = value or "".join(arguments[i + 1 : i + 2])
            with suppress(Scratch2048Error):  # the command itself finds the words for it
                return TRAIN.get(RunFolder.open(Path(path)).read()["kind"], TrainNTuple)
            return TrainNTuple
    raise UsageError(
        "which agent? scratch2048 train ntuple (or policy), or go on with a run: "
        "scratch2048 train --resume RUN"
    )


COMMANDS: dict[str, type[Command] | dict[str, type[Command]]] = {
    "quickstart": Quickstart,
    "train": TRAIN,
    "eval": Eval,
    "compare": Compare,
    "watch": Watch,
    "play": Play,
    "replay": REPLAY,
    "plot": Plot,
    "bench": Bench,
    "nets": NETS,
}
"""Commands, and groups of commands."""

WITHOUT_NAME = {"train": _of_the_run}
"""Groups that can do without the name of a command, and what finds the command then."""

GROUPS = {
    "train": "Trains an agent into a run folder, or goes on with a run: train --resume RUN.",
    "replay": "Makes, checks, shows and converts replay files.",
    "nets": "Trains and tests neural networks on images of characters; they write, and read yours.",
}
"""What the groups are about."""
