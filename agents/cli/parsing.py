"""Turns the command line into a subcommand, or into one line that says what is wrong with it.

The names of commands are looked up here; tyro parses the options, writes the help pages and the
shell completion. Its errors are boxes of several lines: `_explain` makes one line of each.
"""

import contextlib
import io
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Annotated, Any, Union

import tyro
from tyro.conf import DisallowNone, FlagCreatePairsOff, subcommand

from agents.cli.command import Command
from agents.cli.commands import COMMANDS, DESCRIPTION, GROUPS, WITHOUT_NAME
from env2048.errors import UsageError

PROGRAM = "scratch2048"

_HELP = ("-h", "--help")
_SHELLS = ("bash", "zsh", "fish", "tcsh")
_COMPLETION = {"--tyro-print-completion": 1, "--tyro-write-completion": 2}
"""How many words follow these options."""


def parse(arguments: list[str]) -> Command | None:
    """The subcommand with its options; None if a page of help was asked for, and is printed.

    Raises:
        UsageError: if the arguments mean nothing.
    """
    if arguments and arguments[0] in _COMPLETION:
        _check_completion(arguments)
        try:
            return _tyro(_union(COMMANDS), PROGRAM, arguments)
        except ImportError:  # tyro writes that of tcsh with a package of others
            raise UsageError(f"completion in {arguments[1]} needs: pip install shtab") from None
    words: list[str] = []
    found: Any = COMMANDS
    while isinstance(found, dict):
        rest = arguments[len(words) :]
        if rest and rest[0] in _HELP:
            about = GROUPS[words[-1]] if words else DESCRIPTION
            return _tyro(_union(found), " ".join([PROGRAM, *words]), rest[:1], about)
        if words and (choose := WITHOUT_NAME.get(words[-1])) and (not rest or rest[0][:1] == "-"):
            return _tyro(choose(rest), " ".join([PROGRAM, *words]), rest)
        words.append(_command(rest, words, list(found)))
        found = found[words[-1]]
    return _tyro(found, " ".join([PROGRAM, *words]), arguments[len(words) :])


def _command(rest: list[str], words: list[str], names: list[str]) -> str:
    """The next argument, which must be one of these commands."""
    before = " ".join([PROGRAM, *words])
    choice = f"choose {', '.join(names)}; see {before} --help"
    if not rest:
        raise UsageError(f"which command? {choice}")
    word = rest[0]
    if word in names:
        return word
    if words == ["train"] and not word.startswith("-"):
        raise UsageError(
            f"unknown agent {word!r}: choose {' or '.join(names)}; see {before} --help"
        )
    if word.startswith("-"):
        raise UsageError(f"options such as {word} go behind the command: {choice}")
    meant = get_close_matches(word, names, n=1)
    raise UsageError(f"unknown command {word!r}: " + (f"perhaps {meant[0]}? " if meant else choice))


def _check_completion(arguments: list[str]) -> None:
    """What tyro would only assert."""
    option, words = arguments[0], arguments[1:]
    if len(words) != _COMPLETION[option] or words[0] not in _SHELLS:
        file = " FILE" if _COMPLETION[option] == 2 else ""
        raise UsageError(f"give a shell: {option} {'|'.join(_SHELLS)}{file}")


def _union(commands: Mapping[str, Any]) -> Any:
    """What tyro makes a list of commands of, each with the first line of its docstring."""
    members = []
    for name, command in commands.items():
        if isinstance(command, dict):
            about, command = GROUPS[name], _union(command)
        else:
            about = (command.__doc__ or "").splitlines()[0]
        members.append(Annotated[command, subcommand(name, description=about)])
    return Union[tuple(members)]  # noqa: UP007 (of a number that is not known here)


def _tyro(what: Any, program: str, arguments: list[str], about: str | None = None) -> Any:
    """What tyro makes of the arguments; None if it printed a page."""

    def run() -> Any:
        return tyro.cli(
            what,
            prog=program,
            args=arguments,
            description=about,
            config=(FlagCreatePairsOff, DisallowNone),
        )

    page = _Page()
    try:
        with contextlib.redirect_stdout(page), contextlib.redirect_stderr(io.StringIO()):
            return run()
    except SystemExit as end:
        if not end.code:
            print(page.text(), end="")
            return None
    # Once more, for an error in which no line is broken and nothing is coloured.
    box = io.StringIO()
    with _columns(10_000), contextlib.redirect_stdout(_Plain()):  # noqa: SIM117
        with contextlib.redirect_stderr(box), contextlib.suppress(SystemExit):
            run()
    raise UsageError(f"{_explain(box.getvalue())}; see {program} --help")


class _Plain(io.StringIO):
    """Stands in for standard output, which tyro asks how boxes may be drawn: without colours."""

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """One that has lines for boxes."""
        return "utf-8"


class _Page(io.StringIO):
    """Stands in for standard output while tyro writes a page of help."""

    def __init__(self) -> None:
        super().__init__()
        self._stdout = sys.stdout

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """What the page will be written in."""
        return getattr(self._stdout, "encoding", None) or "ascii"

    def isatty(self) -> bool:
        """Whether colours are wanted."""
        return not os.environ.get("NO_COLOR") and bool(self._stdout and self._stdout.isatty())

    def text(self) -> str:
        """The page, with its long lines, which are the paragraphs outside of boxes, broken."""
        width = shutil.get_terminal_size().columns
        return "".join(
            line if len(line) <= width or "\x1b" in line else textwrap.fill(line, width) + "\n"
            for line in self.getvalue().splitlines(keepends=True)
        )


@contextlib.contextmanager
def _columns(width: int) -> Iterator[None]:
    """Has everybody believe that the terminal is so wide."""
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = str(width)
    try:
        yield
    finally:
        if before is None:
            del os.environ["COLUMNS"]
        else:
            os.environ["COLUMNS"] = before


def _explain(box: str) -> str:
    """The message in one of tyro's boxes, in our words where we know it."""
    rows = [re.sub(r"^[│|] ?|\s*[│|]?$", "", row) for row in box.splitlines()]
    rows = [row for row in rows if row]
    title, *rows = [re.sub(r"^[╭+][─-]|[─-]+[╮+]$", "", row).rstrip() for row in rows]
    sections: list[list[str]] = [[]]
    for row in rows:
        if set(row.strip()) <= set("─-╰╯+"):
            sections.append([])
        else:
            sections[-1].append(row)
    message = " ".join(" ".join(sections[0]).split())
    for pattern, words in _OURS:
        if found := re.search(pattern, message):
            return words(found, sections)
    return message.rstrip(".") or title.strip() or "wrong arguments"


def _unknown(found: re.Match[str], sections: list[list[str]]) -> str:
    """An argument too many, or an option that does not exist."""
    argument = found[1]
    if not argument.startswith("-"):
        return f"unexpected argument {argument!r}"
    similar = " ".join(row for section in sections[1:] for row in section if "--" in row)
    meant = re.search(r"--[a-z-]+(?! --help)", similar.split("--help")[0])
    return f"unknown option {argument}" + (f" (perhaps {meant[0]})" if meant else "")


def _missing(found: re.Match[str], sections: list[list[str]]) -> str:
    """Arguments that must be given: in the box each stands above what it is for."""
    names = [row.strip() for row in sections[0] if re.match(r" {4}\S", row)]
    return "missing " + " and ".join(names)


def _not_one_of(found: re.Match[str], sections: list[list[str]]) -> str:
    names = set(re.findall(r"'(.*?)'", found[3])) - {"None"}  # in no certain order
    *others, last = sorted(names)
    choice = f"{', '.join(others)} or {last}" if others else last
    if not found[2].startswith("-"):
        return f"unknown {found[2]} {found[1]!r}: choose {choice}"
    return f"{found[2]} must be {choice}, not {found[1]!r}"


_OURS: list[tuple[str, Any]] = [
    (r"Unrecognized options: (.*?)(?:, |$)", _unknown),
    (r"^Missing from ", _missing),
    (r"invalid choice '(.*)' for argument '(.*?)'\. Expected one of \((.*)\)", _not_one_of),
    (r"Missing value for argument '(.*?)'", lambda found, _: f"{found[1]} needs a value"),
    (
        r"Error parsing (\S+): .*invalid literal for int\(\) with base 10: (.*)",
        lambda found, _: f"{found[1]} must be a whole number, not {found[2]}",
    ),
    (
        r"Error parsing (\S+): .*could not convert string to float: (.*)",
        lambda found, _: f"{found[1]} must be a number, not {found[2]}",
    ),
    (
        r"Error parsing (\S+): no type matching \{\[INT \[INT \.\.\.\]\]\} .*? from \[(.*?)\]\.",
        lambda found, _: f"{found[1]} must be whole numbers, with spaces between, not {found[2]}",
    ),
    (r"Error parsing (\S+): .*Exceeds the limit", lambda found, _: f"{found[1]} is too large"),
]
"""What tyro says, as a pattern, and how we put it."""
