"""`nets draw`: the page, served or exported."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from networks.models import MLP


@pytest.fixture
def served(monkeypatch):
    """The pages that were served; the server stops as by Ctrl-C once the browser is open."""
    pages = []

    class Thread:
        def __init__(self, target, daemon):
            assert daemon

        def start(self):
            pages.append("serving")

        def join(self):
            raise KeyboardInterrupt

    monkeypatch.setattr("agents.cli.nets.draw.threading.Thread", Thread)
    return pages


@pytest.fixture
def opened(monkeypatch):
    """The addresses that a browser was sent to; there is one."""
    addresses = []
    monkeypatch.setattr("webbrowser.open", lambda url: addresses.append(url) or True)
    return addresses


def test_export(run, folder):
    result = run("nets", "draw", "--export", "site")
    assert (result.code, result.out, result.err) == (
        0,
        "site/index.html\n".replace("/", os.sep),
        "",
    )
    page = (folder / "site" / "index.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert len(page) < 2_000_000


def test_a_network_of_your_own(run, folder):
    (folder / "run").mkdir()
    MLP([784, 5, 10]).save(folder / "run" / "checkpoint.safetensors")
    assert run("nets", "draw", "run", "--export", "site").code == 0
    MLP([784, 5, 62]).save(folder / "letters.safetensors")
    result = run("nets", "draw", "letters.safetensors", "--export", "letters")
    assert result.code == 1
    assert result.error.startswith("letters.safetensors: the page needs a network from 784 pixels")
    assert not (folder / "letters").exists()
    assert "run folder" in run("nets", "draw", "").error


def test_what_is_there_is_not_overwritten(run, folder):
    (folder / "site").mkdir()
    (folder / "site" / "index.html").write_text("mine")
    result = run("nets", "draw", "--export", "site")
    assert result.code == 1
    assert result.error.startswith("site: exists already; choose another name")
    assert (folder / "site" / "index.html").read_text() == "mine"


def test_a_file_is_no_folder(run, folder):
    (folder / "site").write_text("")
    assert "site" in run("nets", "draw", "--export", "site/page").error


def test_it_opens_the_page(run, served, opened):
    result = run("nets", "draw")
    assert result.code == 130
    assert opened == [result.out.strip()]
    assert result.err == "the page is served until Ctrl-C:\n"
    assert served == ["serving"]


def test_no_open(run, served, opened):
    result = run("nets", "draw", "--no-open", "--quiet")
    assert (result.code, result.err, opened) == (130, "", [])
    assert result.out.startswith("http://127.0.0.1:")


def test_no_browser(run, served, monkeypatch):
    monkeypatch.setattr("webbrowser.open", lambda url: False)
    assert "no browser found: open the address yourself" in run("nets", "draw").err


def test_a_taken_port(run):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        result = run("nets", "draw", "--port", port, "--no-open")
    assert result.code == 1
    assert result.error == f"--port {port}: address already in use; choose another"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("--port -1", "--port must be 0 to 65535, not -1"),
        ("--port 65536", "--port must be 0 to 65535, not 65536"),
        ("--port x", "--port must be a whole number, not 'x'"),
        ("--export a --port 8000", "--port does not go with --export"),
        ("--export a --no-open", "--no-open does not go with --export"),
        ("nobody", "unknown network 'nobody': choose digits, or give a run folder"),
        ("digits x", "unexpected argument 'x'"),
    ],
)
def test_usage(run, folder, line, words):
    result = run("nets", "draw", *line.split())
    assert result.code == 2
    assert words in result.error
    assert not list(folder.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to one process")
def test_the_real_program_serves_until_it_is_interrupted():
    command = [sys.executable, "-m", "env2048", "nets", "draw", "--no-open"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        url = process.stdout.readline().decode().strip()
        with urllib.request.urlopen(url, timeout=10) as answer:
            assert b"Draw a digit" in answer.read()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 130
        assert process.stderr.read() == b"the page is served until Ctrl-C:\n"
