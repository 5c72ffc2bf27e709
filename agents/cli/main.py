"""Parses the command line, runs the subcommand, and turns every failure into one line.

This is the one place that decides what an error looks like and which exit code it has.
"""

import contextlib
import io
import os
import re
import sys
import traceback
from collections.abc import Sequence
from typing import Annotated

import tyro
from tyro.conf import subcommand

from agents.cli.bench import Bench
from agents.cli.command import Command
from agents.cli.eval import Eval
from agents.cli.play import Play
from agents.cli.quickstart import Quickstart
from agents.cli.replay import Convert, Gif, Info, Record, Verify
from agents.cli.train import TrainNTuple, with_kind
from agents.cli.watch import Watch
from env2048 import __version__
from env2048.errors import Scratch2048Error, UnknownNameError, UsageError

OK, FAILURE, USAGE, INTERRUPTED = 0, 1, 2, 130

Train = Annotated[TrainNTuple, subcommand("ntuple")]
Replay = (
    Annotated[Record, subcommand("record")]
    | Annotated[Verify, subcommand("verify")]
    | Annotated[Info, subcommand("info")]
    | Annotated[Gif, subcommand("gif")]
    | Annotated[Convert, subcommand("convert")]
)
Commands = (
    Annotated[Quickstart, subcommand("quickstart")]
    | Annotated[Train, subcommand("train", description="Trains an agent.")]
    | Annotated[Eval, subcommand("eval")]
    | Annotated[Watch, subcommand("watch")]
    | Annotated[Play, subcommand("play")]
    | Annotated[Replay, subcommand("replay", description="Makes, checks and converts replays.")]
    | Annotated[Bench, subcommand("bench")]
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs `scratch2048` and returns its exit code: 0 ok, 1 failure, 2 usage, 130 interrupted."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    verbose = "--verbose" in arguments
    try:
        if arguments == ["--version"]:
            print(f"scratch2048 {__version__}")
            return OK
        _parse(with_kind(arguments)).run()
        sys.stdout.flush()
    except (UsageError, UnknownNameError) as error:
        return _fail(error, USAGE, verbose)
    except Scratch2048Error as error:
        return _fail(error, FAILURE, verbose)
    except BrokenPipeError:
        # The reader of our output, as `head`, has seen enough. Nothing more may be written at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except OSError as error:
        return _fail(error, FAILURE, verbose)
    except MemoryError as error:
        return _fail(error, FAILURE, verbose)
    except KeyboardInterrupt:
        return INTERRUPTED
    return OK


def _parse(arguments: list[str]) -> Command:
    """The subcommand with its options.

    Raises:
        UsageError: in one line, where tyro would draw a box of several.
    """
    box = io.StringIO()
    try:
        with contextlib.redirect_stderr(box):
            return tyro.cli(  # type: ignore[no-any-return, call-overload]
                Commands,
                prog="scratch2048",
                args=arguments,
                description="2048 from scratch: learn it, play it, watch it, replay it.",
                config=(tyro.conf.FlagCreatePairsOff,),
            )
    except SystemExit as exit_:
        if not exit_.code:
            raise
        raise UsageError(_one_line(box.getvalue())) from None


def _one_line(box: str) -> str:
    """The message in one of tyro's boxes: its first section, and what it thinks was meant."""
    sections = re.split(r"\n│ ─+ │\n", box)
    texts = [" ".join(re.sub(r"[│╭╮╰╯]|─{2,}", " ", part).split()) for part in sections]
    title = re.match(r"╭─ (.*?) ─", box)
    message = texts[0].removeprefix(title[1] if title else "").strip()
    meant = next((t for t in texts[1:] if t.startswith(("Perhaps", "Available"))), None)
    if meant is not None and meant.startswith("Perhaps"):
        options = list(dict.fromkeys(re.findall(r"--[a-z-]+(?= |$)", meant)))
        meant = "perhaps " + " or ".join(option for option in options if option != "--help")
    message = message if meant is None else f"{message.rstrip('.')} ({meant[0].lower()}{meant[1:]})"
    return message or "wrong arguments; see scratch2048 --help"


def _fail(error: BaseException, code: int, verbose: bool) -> int:
    """Prints the error as one line to stderr."""
    if verbose:
        traceback.print_exception(error)
    text = str(error)
    if isinstance(error, OSError) and error.filename and error.strerror:
        text = f"{error.filename}: {error.strerror}"
    elif isinstance(error, MemoryError):
        text = "not enough memory: choose a smaller network, or close other programs"
    print(f"scratch2048: {' '.join(text.split())}", file=sys.stderr)
    return code
