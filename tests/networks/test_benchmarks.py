"""The measurements of speed: what they return, and that it is measured on one thread."""

import importlib
import os

import pytest

from networks import benchmarks
from networks.benchmarks import (
    WORKS,
    Result,
    Work,
    measure,
    measure_here,
    measure_sampling,
    our_step,
)

TINY = Work((6, 4, 3), 5, "adam")


def test_names_tell_the_work():
    names = [work.name for work in WORKS]
    assert len(set(names)) == len(names)
    assert {"nets.mlp.784-30-10.64.sgd", "nets.vae.784-400-20.128.adam"} < set(names)


@pytest.mark.parametrize("work", [TINY, Work((6, 4, 2), 5, "sgd", "vae")])
def test_steps_train(work, monkeypatch):
    monkeypatch.setattr(benchmarks, "RATE", 0.01)
    step = our_step(work)
    losses = [step() for _ in range(30)]
    assert losses[-1] < losses[0]


def test_a_process_of_its_own_with_one_thread(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    (result,) = measure(2, [TINY])
    assert isinstance(result, Result)
    assert result.name == "nets.mlp.6-4-3.5.adam"
    assert result.unit == "samples/s"
    assert result.rate > 100
    assert (result.reference is None) == (result.ratio is None)
    assert os.environ["OMP_NUM_THREADS"] == "3"
    assert "MKL_NUM_THREADS" not in os.environ


def test_letters_are_sampled(monkeypatch):
    monkeypatch.setattr(benchmarks, "SAMPLES", 8)
    result = measure_sampling(2)
    assert (result.name, result.unit) == ("nets.diffusion.sample", "samples/s")
    assert result.rate > 5
    assert (result.reference, result.ratio) == (None, None)


def test_all_that_is_measured(monkeypatch):
    """In a process of its own for each, with what `measure` has made of the environment."""
    asked = []

    class Here:
        def __init__(self, *settings):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *error):
            pass

        def submit(self, function, *arguments):
            asked.append((function, arguments[0]))
            return self

        def result(self):
            return asked[-1][0]

    monkeypatch.setattr(benchmarks, "ProcessPoolExecutor", Here)
    assert list(measure(3)) == [measure_here] * len(WORKS) + [measure_sampling]
    assert asked == [*((measure_here, work) for work in WORKS), (measure_sampling, 3)]
    assert list(measure(3, [])) == []


def test_without_pytorch_ours_stands_alone(monkeypatch):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(benchmarks.importlib, "import_module", missing)
    monkeypatch.setattr(benchmarks, "SECONDS", 0.001)
    result = measure_here(TINY, 2)
    assert result.rate > 100
    assert (result.reference, result.ratio) == (None, None)


@pytest.mark.parametrize("work", [TINY, Work((6, 4, 2), 5, "sgd", "vae")])
def test_beside_pytorch(work, monkeypatch):
    pytest.importorskip("torch", reason="PyTorch is not installed: pip install '.[parity]'")
    monkeypatch.setattr(benchmarks, "SECONDS", 0.001)
    result = measure_here(work, 3)
    assert result.reference.startswith(f"PyTorch {importlib.import_module('torch').__version__}")
    assert result.ratio > 0
