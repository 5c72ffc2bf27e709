"""Stopped at any moment, a run is saved, says how to go on, and goes on as if it never stopped."""

import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from networks.checkpoint import read_tensors

COMMAND = [sys.executable, "-m", "env2048"]
ENDLESS = ["train", "ntuple", "--network", "0123,4567", "--games", "100000000", "--seed", "1"]


def start(*arguments):
    return subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def wait_for(path, process):
    """Until the file is there and holds something."""
    end = time.monotonic() + 60
    while not (path.exists() and path.stat().st_size):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.02)


def stop(process, number):
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def played(run):
    tensors, metadata = read_tensors(run / "checkpoint.safetensors")
    return metadata["games"], tensors


def assert_as_if_never_stopped(run, path, folder):
    """Goes on for some games and compares with a run that was not interrupted."""
    total = 500 + (played(path)[0] if (path / "checkpoint.safetensors").exists() else 0)
    assert run("train", "--resume", path, "--games", total, "--json").json["games"] == total
    whole = [*ENDLESS, "--out", folder / "whole", "--json"]
    whole[whole.index("--games") + 1] = total
    assert run(*whole).code == 0
    (games, tensors), (_, others) = played(path), played(folder / "whole")
    assert games == total
    assert tensors.keys() == others.keys()
    for name in tensors:
        np.testing.assert_array_equal(tensors[name], others[name])
    metrics = (path / "metrics.jsonl").read_text()
    assert metrics == (folder / "whole" / "metrics.jsonl").read_text()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_is_saved_and_goes_on(run, folder, number):
    process = start(*ENDLESS, "--out", "run", "--json")
    wait_for(folder / "run" / "metrics.jsonl", process)
    code, out, err = stop(process, number)
    assert (code, out) == (130, "")
    assert "Traceback" not in err
    games = played(folder / "run")[0]
    assert games >= 100
    assert err.endswith(
        f"stopped after {games:,} games and saved; go on with: scratch2048 train --resume run\n"
    )
    assert_as_if_never_stopped(run, folder / "run", folder)


def test_a_killed_run_goes_on(run, folder):
    """Killed before its first checkpoint, and again after going on from one."""
    process = start(*ENDLESS, "--out", "run")
    wait_for(folder / "run" / "metrics.jsonl", process)
    assert stop(process, signal.SIGKILL)[0] == -signal.SIGKILL
    assert run("train", "--resume", "run", "--games", 150).code == 0
    size = (folder / "run" / "metrics.jsonl").stat().st_size
    process = start("train", "--resume", "run", "--games", "100000000")
    while (folder / "run" / "metrics.jsonl").stat().st_size == size:
        assert process.poll() is None
        time.sleep(0.02)
    stop(process, signal.SIGKILL)
    assert_as_if_never_stopped(run, folder / "run", folder)


def test_a_game_that_is_broken_off_is_recorded(run, folder):
    process = start("watch", "greedy", "--games", "1000", "--record", "game.json")
    process.stdout.readline()  # the first game is over
    code, _, err = stop(process, signal.SIGINT)
    assert code == 130
    assert "Traceback" not in err
    assert run("replay", "verify", "game.json").code == 0


def test_an_evaluation_that_is_broken_off_prints_nothing():
    process = start("eval", "random", "--games", "10000000", "--seed", "0", "--json")
    time.sleep(1.5)
    code, out, err = stop(process, signal.SIGINT)
    assert (code, out) == (130, "")
    assert "Traceback" not in err
