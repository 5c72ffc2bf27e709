"""What all subcommands have in common: their options, where they print, how they choose a seed."""

import json
import secrets
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True, kw_only=True)
class Command(ABC):
    """A subcommand: results go to stdout, all else to stderr."""

    quiet: bool = False
    """Print results and errors only."""
    verbose: bool = False
    """Print more about what is done, and where in the code an error arose."""

    @abstractmethod
    def run(self) -> None:
        """Does the work.

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

        return Console(stderr=True, highlight=False, soft_wrap=True, quiet=self.quiet)

    def say(self, text: str) -> None:
        """A line of information, to stderr."""
        self.stderr.print(text, markup=False)

    def detail(self, text: str) -> None:
        """A line that only `--verbose` shows."""
        if self.verbose:
            self.say(text)

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

    json: bool = False
    """Print the result as one JSON object."""

    def print_json(self, result: Mapping[str, Any]) -> None:
        """The result on stdout."""
        print(json.dumps(result))
