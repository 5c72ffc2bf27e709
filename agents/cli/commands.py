"""The subcommands by name."""

from agents.cli.bench import Bench
from agents.cli.command import Command
from agents.cli.eval import Eval
from agents.cli.nets import NETS
from agents.cli.play import Play
from agents.cli.plot import Plot
from agents.cli.quickstart import Quickstart
from agents.cli.replay import REPLAY
from agents.cli.train import Train
from agents.cli.watch import Watch

DESCRIPTION = """2048 from scratch: learn it, play it, watch it, replay it.

Begin with `scratch2048 quickstart`. Each command has a --help of its own. --version prints the
version, --tyro-print-completion bash (or zsh, fish, tcsh) what a shell needs to complete commands.
"""

COMMANDS: dict[str, type[Command] | dict[str, type[Command]]] = {
    "quickstart": Quickstart,
    "train": Train,
    "eval": Eval,
    "watch": Watch,
    "play": Play,
    "replay": REPLAY,
    "plot": Plot,
    "bench": Bench,
    "nets": NETS,
}
"""Commands, and groups of commands."""

GROUPS = {
    "replay": "Makes, checks, shows and converts replay files.",
    "nets": "Trains and tests neural networks on images of characters; they write, and read yours.",
}
"""What the groups are about."""
