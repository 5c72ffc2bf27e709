"""A network's run folder: what is in it, and that a run goes on as if it had never stopped."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest

from agents.training import network_run
from agents.training.network_run import NetworkRun
from agents.training.runs import RunFolder
from agents.training.stop import StopRequest
from networks.checkpoint import CheckpointError, read_tensors
from networks.classifier import ClassifierConfig, Examples, hold_out
from networks.data import drawn_set
from networks.models import MLP

TRAIN, TESTS = hold_out(Examples(*drawn_set(160, seed=2)), 1, 2)
CONFIG = ClassifierConfig(hidden=(12,), epochs=6, batch=20, drawn=0.5, seed=1)


def begin(path, config=CONFIG, tests=TESTS):
    return NetworkRun(RunFolder.create(path, "mlp", asdict(config)), config, TRAIN, tests)


def silent(steps, metrics):
    pass


def rows(run):
    found = [json.loads(line) for line in run.run.metrics_path.read_text().splitlines()]
    return [{name: row[name] for name in row if name != "seconds"} for row in found]


def assert_same(first, second):
    assert rows(first) == rows(second)
    tensors, others = (read_tensors(run.run.checkpoint_path)[0] for run in (first, second))
    assert tensors.keys() == others.keys()
    for name, tensor in tensors.items():
        np.testing.assert_array_equal(tensor, others[name])


@pytest.fixture
def whole(tmp_path):
    run = begin(tmp_path / "whole")
    assert run.train(StopRequest(), silent)
    return run


def test_what_a_run_leaves(whole):
    found = rows(whole)
    assert [row["epoch"] for row in found] == [1, 2, 3, 4, 5, 6]
    assert set(found[0]) == {"epoch", "loss", "rate", "validation_loss", "validation_accuracy"}
    model = MLP.load(whole.run.checkpoint_path)
    accuracy = np.mean(model.classify(TESTS.batch[0]) == TESTS.labels)
    assert found[-1]["validation_accuracy"] == pytest.approx(accuracy)
    assert found[-1]["loss"] < found[0]["loss"]
    assert whole.images_per_second == pytest.approx(6 * 160 / whole.seconds)
    assert {path.name for path in whole.run.path.iterdir()} == {
        "config.json", "metrics.jsonl", "checkpoint.safetensors"
    }  # fmt: skip


def test_a_stopped_run_goes_on_exactly(whole, tmp_path):
    first = begin(tmp_path / "stopped")
    stop = StopRequest()
    told = []

    def report(steps, metrics):
        told.append((steps, metrics.get("epoch", 0)))
        if len(told) == 15:  # in the middle of the second epoch of 8 steps
            stop.request()

    assert not first.train(stop, report)
    assert len(rows(first)) == 2
    assert told[:8] == [(step, 0) for step in range(1, 9)]
    assert told[8:10] == [(8, 1), (9, 1)]
    second = NetworkRun(first.run, CONFIG, TRAIN, TESTS)
    second.resume()
    assert second.train(StopRequest(), silent)
    assert_same(second, whole)


def test_a_killed_run_goes_on_from_its_last_checkpoint(whole, tmp_path, monkeypatch):
    monkeypatch.setattr(network_run, "CHECKPOINT_SECONDS", 0.0)
    first = begin(tmp_path / "killed")

    def report(steps, metrics):
        if metrics.get("epoch") == 3:
            raise SystemError("killed")  # after the metrics of epoch 3, before its checkpoint

    with pytest.raises(SystemError):
        first.train(StopRequest(), report)
    assert len(rows(first)) == 3
    (first.run.path / ".0123456789abcdef.safetensors").touch()
    second = NetworkRun(first.run, CONFIG, TRAIN, TESTS)
    second.resume()
    assert len(rows(second)) == 2
    assert second.train(StopRequest(), silent)
    assert_same(second, whole)
    assert len(list(first.run.path.iterdir())) == 3


def test_a_run_that_was_killed_before_its_first_checkpoint_begins_anew(whole, tmp_path):
    again = NetworkRun(begin(tmp_path / "early").run, CONFIG, TRAIN, TESTS)
    again.resume()
    again.train(StopRequest(), silent)
    assert_same(again, whole)


def test_a_checkpoint_of_another_network_is_refused(whole):
    other = NetworkRun(whole.run, replace(CONFIG, hidden=(13,)), TRAIN)
    with pytest.raises(CheckpointError, match="cannot be resumed"):
        other.resume()


def test_patience_ends_a_run_with_its_best_weights(tmp_path):
    """At such a rate the loss on what is held out soon rises."""
    config = replace(CONFIG, rate=0.5, epochs=200, patience=3)
    run = begin(tmp_path / "patient", config)
    assert run.train(StopRequest(), silent)
    losses = [row["validation_loss"] for row in rows(run)]
    assert len(losses) < 200
    assert losses.index(min(losses)) == len(losses) - 4
    found = MLP.load(run.run.checkpoint_path).metrics(*TESTS.batch)
    assert found["loss"] == pytest.approx(min(losses), rel=1e-4)
    again = NetworkRun(run.run, config, TRAIN, TESTS)
    again.resume()
    assert again.train(StopRequest(), silent)
    assert_same(again, run)
