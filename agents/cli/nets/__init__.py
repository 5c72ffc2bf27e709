"""`scratch2048 nets`: neural networks, one small module per subcommand."""

from agents.cli.command import Command
from agents.cli.nets.draw import NetsDraw
from agents.cli.nets.eval import NetsEval
from agents.cli.nets.sample import NetsSample
from agents.cli.nets.train import NetsTrain
from agents.cli.nets.walk import NetsWalk
from agents.cli.nets.write import NetsWrite

NETS: dict[str, type[Command]] = {
    "train": NetsTrain,
    "eval": NetsEval,
    "sample": NetsSample,
    "walk": NetsWalk,
    "write": NetsWrite,
    "draw": NetsDraw,
}
