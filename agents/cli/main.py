"""Runs the subcommand of the command line, and turns every failure into one line.

This is the one place that decides what an error looks like and which exit code it has.
"""

import os
import sys
import traceback
from collections.abc import Sequence

from agents.cli.command import complain
from agents.cli.parsing import PROGRAM, parse
from env2048 import __version__
from env2048.errors import Scratch2048Error, UnknownNameError, UsageError

OK, FAILURE, USAGE, INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs `scratch2048` and returns its exit code: 0 ok, 1 failure, 2 usage, 130 interrupted."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    try:
        _run(arguments)
        if sys.stdout is not None:
            sys.stdout.flush()
    except (BrokenPipeError, SystemExit):
        # The reader of stdout, as `head`, has seen enough; rich makes a SystemExit of that.
        _silence_stdout()
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        if "--verbose" in arguments:
            traceback.print_exception(error)
        complain(_message(error))
        _flush_or_silence_stdout()
        return USAGE if isinstance(error, (UsageError, UnknownNameError)) else FAILURE
    return OK


def _run(arguments: list[str]) -> None:
    if arguments == ["--version"]:
        print(f"{PROGRAM} {__version__}")
    elif command := parse(arguments):
        command.check()
        command.run()


def _message(error: Exception) -> str:
    """What went wrong, and what to do about it."""
    if isinstance(error, Scratch2048Error):
        return str(error)
    if isinstance(error, OSError):
        if error.filename and error.strerror:
            return f"{error.filename}: {error.strerror}"
        return error.strerror or str(error)
    if isinstance(error, MemoryError):
        return "not enough memory: choose a smaller network, or close other programs"
    kind = type(error).__name__
    return f"this should not have happened ({kind}: {error}); --verbose shows where it did"


def _flush_or_silence_stdout() -> None:
    """Standard output may be what failed, as on a full disk. Python would try it again at exit."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        _silence_stdout()


def _silence_stdout() -> None:
    """Nothing that is still to be written can fail any more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
