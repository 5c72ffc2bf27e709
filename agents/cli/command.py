"""What all subcommands have in common: their options, where they print, how they choose a seed."""

import json
import secrets
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from tyro.conf import OmitArgPrefixes, Positional, arg

if TYPE_CHECKING:
    from rich.console import Console


Seed = Annotated[int | None, arg(metavar="N", help_behavior_hint="")]
OptionalCount = Annotated[int | None, arg(metavar="N", help_behavior_hint="")]
OptionalSeconds = Annotated[float | None, arg(metavar="SECONDS", help_behavior_hint="")]
OptionalNumber = Annotated[float | None, arg(metavar="X", help_behavior_hint="")]
OptionalTile = Annotated[int | None, arg(metavar="TILE", help_behavior_hint="")]
Count = Annotated[int, arg(metavar="N")]
Number = Annotated[float, arg(metavar="X")]
AgentName = Annotated[str, arg(metavar="AGENT")]
OptionalFile = Annotated[Path | None, arg(metavar="FILE", help_behavior_hint="")]
OptionalRun = Annotated[Path | None, arg(metavar="RUN", help_behavior_hint="")]
PlayingAgent = Annotated[str, arg(metavar="[AGENT]"), Positional]
InFile = Annotated[Path, arg(metavar="FILE"), Positional]
Flag = Annotated[bool, arg(help_behavior_hint="")]
OutFile = Annotated[Path, arg(metavar="FILE", aliases=["-o"])]
"""Kinds of options, with what the help calls their values."""


def complain(text: str) -> None:
    """An error in one line, to stderr."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if sys.stderr is not None:  # that would mean stdout
        print(f"scratch2048: {line}", file=sys.stderr)


@dataclass(frozen=True, kw_only=True)
class Output:
    """How much is printed, and in which form."""

    quiet: Flag = False
    """Print results and errors only."""
    verbose: Flag = False
    """Print where in the code an error arose."""


@dataclass(frozen=True, kw_only=True)
class JsonOutput(Output):
    """How much is printed, and in which form."""

    json: Flag = False
    """Print the result as one JSON object."""


@dataclass(frozen=True, kw_only=True)
class Command(ABC):
    """A subcommand: results go to stdout, all else to stderr."""

    output: OmitArgPrefixes[Output] = Output()

    def check(self) -> None:  # noqa: B027 (there may be nothing to check)
        """Finds what is wrong with the options before anything is done for them.

        Raises:
            Scratch2048Error, OSError: shown as one line.
        """

    @abstractmethod
    def run(self) -> None:
        """Does the work, once the options have been checked.

        Raises:
            Scratch2048Error, OSError: shown as one line.
        """

    @cached_property
    def stdout(self) -> "Console":
        """Standard output."""
        from rich.console import Console

        return Console(highlight=False, soft_wrap=True)

    @cached_property
    def stderr(self) -> "Console":
        """Standard error, silent with `--quiet`."""
        from rich.console import Console

        return Console(stderr=True, highlight=False, soft_wrap=True, quiet=self.output.quiet)

    def say(self, text: str) -> None:
        """A line of information, to stderr."""
        self.stderr.print(text, markup=False)

    def choose_seed(self, seed: int | None) -> int:
        """The given seed, or a new one, which is then printed so that the run can be repeated."""
        if seed is not None:
            return seed
        seed = secrets.randbelow(2**31)
        self.say(f"seed {seed}")
        return seed


@dataclass(frozen=True, kw_only=True)
class JsonCommand(Command):
    """A subcommand whose result is a table for people, or one JSON object for programs."""

    output: OmitArgPrefixes[JsonOutput] = JsonOutput()

    @property
    def json(self) -> bool:
        """Whether the result is for programs."""
        return self.output.json

    def print_json(self, result: Mapping[str, Any]) -> None:
        """The result on stdout."""
        print(json.dumps(result))
