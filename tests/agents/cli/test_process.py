"""The command line as a process of its own: imports, pipes, terminals, the launcher."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "env2048"]
HEAVY = {"numba", "pygame", "matplotlib", "pydantic", "PIL", "rich", "safetensors"}


def start(*arguments, **options):
    options = {"stderr": subprocess.PIPE, "text": True, "timeout": 60} | options
    return subprocess.run([*COMMAND, *arguments], **options)


def test_help_and_usage_errors_import_nothing_heavy():
    program = (
        "import sys; from agents.cli.main import main; "
        "main(['--help']); main(['eval', '--help']); main(['watch', '--fps', '0']); "
        "main(['train', 'ntuple', '--games', '0']); "
        "main(['eval', '--plot', 'a.txt']); main(['plot', 'a', '-o', 'a.txt']); "
        "print(*{name.split('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    process = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert not HEAVY & set(process.stderr.splitlines()[-1].split())
    assert "tyro" in process.stderr.splitlines()[-1].split()


@pytest.mark.parametrize("line", ["--help", "eval random --games 3", "eval random --json"])
def test_a_reader_that_has_gone_is_no_error(line):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stdout:
        process = start(*line.split(), stdout=stdout)
    assert process.returncode == 0
    assert "Error" not in process.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only where /dev/full is")
def test_a_full_disk_is_one_line():
    with Path("/dev/full").open("w") as stdout:
        process = start("--version", stdout=stdout)
    assert process.returncode == 1
    assert process.stderr == "scratch2048: No space left on device\n"


def test_without_stdout_and_stderr(folder):
    line = " ".join(COMMAND)
    script = (
        f"{line} eval random --games 3 --json >&-; echo $?; "
        f"{line} eval random --games 3 --json 2>&- | wc -l; "
        f"{line} eval nobody 2>&-; echo $?"
    )
    process = subprocess.run(["bash", "-c", script], capture_output=True, text=True)
    assert process.stdout.split() == ["0", "1", "2"]


def in_terminal(*arguments, **variables):
    """What a command prints to a terminal of 60 columns."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "60", **variables}
    process = subprocess.Popen(
        [*COMMAND, *arguments], stdout=theirs, stderr=theirs, env=environment, close_fds=True
    )
    os.close(theirs)
    chunks = []
    while True:
        try:
            chunks.append(os.read(ours, 65536))
        except OSError:  # how Linux says that nobody writes any more
            break
        if not chunks[-1]:
            break
    os.close(ours)
    assert process.wait() in (0, 2)
    return b"".join(chunks).decode()


def test_colours_in_a_terminal_but_not_with_no_color(monkeypatch):
    monkeypatch.delenv("NO_COLOR")
    assert "\x1b[" in in_terminal("--help")
    assert "\x1b[" not in in_terminal("--help", NO_COLOR="1")
    assert "\x1b[3" not in in_terminal("eval", "random", "--games", "3", NO_COLOR="1")


def test_an_error_in_a_terminal_is_one_plain_line():
    text = in_terminal("eval", "--gmaes", "3")
    assert text == (
        "scratch2048: unknown option --gmaes (perhaps --games); see scratch2048 eval --help\r\n"
    )


def test_another_package_called_agents(folder):
    (folder / "agents").mkdir()
    (folder / "agents" / "__init__.py").write_text("")
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    process = start("--version", env=environment, stdout=subprocess.PIPE)
    assert (process.returncode, process.stdout) == (1, "")
    assert process.stderr.count("\n") == 1
    assert str(folder / "agents" / "__init__.py") in process.stderr
    assert "in a virtual environment of its own" in process.stderr
