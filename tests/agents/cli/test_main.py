"""Help, version, exit codes, and what becomes of errors."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from agents.cli.commands import COMMANDS
from agents.cli.eval import Eval
from agents.cli.main import main
from agents.cli.parsing import parse
from env2048 import __version__
from env2048.errors import Scratch2048Error, UsageError

LEAVES = [
    (name, *more)
    for name, command in COMMANDS.items()
    for more in ([(inner,) for inner in command] if isinstance(command, dict) else [()])
]


def test_version(run):
    assert run("--version") == (0, f"scratch2048 {__version__}\n", "")


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_lists_the_commands_in_a_line_or_two_each(run, option):
    code, out, err = run(option)
    assert (code, err) == (0, "")
    for name in COMMANDS:
        assert f"• {name} " in out
    assert "Opens a window in which an agent plays." in out
    assert "Space pauses" not in out
    assert max(map(len, out.splitlines())) <= 80


def test_help_of_a_group_lists_its_commands(run):
    code, out, err = run("replay", "--help")
    assert (code, err) == (0, "")
    for name in COMMANDS["replay"]:
        assert f"• {name} " in out


@pytest.mark.parametrize("words", LEAVES, ids=" ".join)
def test_help_of_each_command(run, words):
    code, out, err = run(*words, "--help")
    assert (code, err) == (0, "")
    assert out.startswith(f"usage: scratch2048 {' '.join(words)} [-h]")
    assert "--quiet" in out
    assert "--verbose" in out
    assert "None" not in out
    assert max(map(len, out.splitlines())) <= 80


def test_help_of_watch_explains_the_keys(run):
    assert "Space pauses" in run("watch", "--help").out


def test_help_is_for_the_width_of_the_terminal(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "50")
    assert max(map(len, run("watch", "--help").out.splitlines())) <= 50


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(run, shell):
    code, out, err = run("--tyro-print-completion", shell)
    assert (code, err) == (0, "")
    for word in ("quickstart", "convert", "--four-probability"):
        assert word in out


def test_completion_is_a_script(run, folder):
    assert run("--tyro-write-completion", "bash", "complete.sh").code == 0
    subprocess.run(["bash", "-n", "complete.sh"], check=True)
    result = run("--tyro-write-completion", "bash", "no/folder")
    assert (result.code, result.error) == (1, "no/folder: No such file or directory")


def test_completion_that_needs_another_package(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "shtab", None)
    result = run("--tyro-print-completion", "tcsh")
    assert (result.code, result.error) == (2, "completion in tcsh needs: pip install shtab")


def test_the_commands_in_the_readmes_exist():
    root = Path(__file__).parents[3]
    lines = [
        line
        for page in [root / "README.md", *root.glob("*/README.md")]
        for line in re.findall(r"^ *scratch2048 (.+?)(?: {2,}.*)?$", page.read_text(), re.MULTILINE)
    ]
    assert len(lines) > 10
    for line in lines:
        assert parse(shlex.split(line, comments=True)) is not None, line


ERRORS = [
    (UsageError("bad"), 2, "bad"),
    (Scratch2048Error("torn\n  file"), 1, "torn file"),
    (FileNotFoundError(2, "No such file or directory", "a.txt"), 1, "a.txt: No such file or"),
    (OSError(28, "No space left on device"), 1, "No space left on device"),
    (MemoryError(), 1, "not enough memory: choose a smaller network, or close other programs"),
    (ZeroDivisionError("oh"), 1, "this should not have happened (ZeroDivisionError: oh); --verb"),
]


@pytest.mark.parametrize(("error", "code", "text"), ERRORS)
def test_every_error_is_one_line(run, monkeypatch, error, code, text):
    monkeypatch.setattr(Eval, "run", lambda self: (_ for _ in ()).throw(error))
    result = run("eval")
    assert result.code == code
    assert result.error.startswith(text)


def test_verbose_shows_where_an_error_arose(run, monkeypatch):
    def broken(self):
        raise Scratch2048Error("torn file")

    monkeypatch.setattr(Eval, "run", broken)
    result = run("eval", "--verbose")
    assert result.code == 1
    assert result.out == ""
    assert "in broken" in result.err
    assert result.err.endswith("scratch2048: torn file\n")


def test_ctrl_c(run, monkeypatch):
    monkeypatch.setattr(Eval, "run", lambda self: (_ for _ in ()).throw(KeyboardInterrupt))
    assert run("eval") == (130, "", "")


def test_arguments_come_from_the_command_line(capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["scratch2048", "--version"])
    assert main() == 0
    assert capsys.readouterr().out == f"scratch2048 {__version__}\n"
