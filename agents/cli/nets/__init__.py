"""`scratch2048 nets`: neural networks, one small module per subcommand."""

from agents.cli.command import Command
from agents.cli.nets.draw import NetsDraw
from agents.cli.nets.eval import NetsEval
from agents.cli.nets.train import NetsTrain

NETS: dict[str, type[Command]] = {
    "train": NetsTrain,
    "eval": NetsEval,
    "draw": NetsDraw,
}
