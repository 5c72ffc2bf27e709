"""Stopping a training command from outside."""

import signal
import subprocess
import sys
import time


def interrupt_training(folder, number, *options):
    """Runs `nets train OPTIONS --out cut` in `folder` and signals it after its first epoch.

    It must end silently, with the exit status of that signal.
    """
    command = [sys.executable, "-m", "env2048", "nets", "train", *options, "--out", "cut"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    metrics = folder / "cut" / "metrics.jsonl"
    end = time.monotonic() + 60
    while not (metrics.exists() and metrics.stat().st_size):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.01)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert (out, err) == ("", "")
    assert process.returncode == (130 if number == signal.SIGINT else -signal.SIGKILL)
