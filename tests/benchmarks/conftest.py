"""Benchmarks run when they are asked for, with the plugin that times them; see README.md."""

from statistics import median

import pytest


def pytest_ignore_collect(collection_path, config):
    """Leaves this folder out where pytest-benchmark is switched off, as it is by default."""
    return None if config.pluginmanager.hasplugin("benchmark") else True


@pytest.fixture
def timed(benchmark):
    """Times a work that returns its own rate; `timed(work)` is the median of the rates."""

    def timed(work):
        rates = []
        benchmark.pedantic(lambda: rates.append(work()), rounds=7, warmup_rounds=1)
        benchmark.extra_info["rate"] = rate = median(rates[1:])
        return rate

    return timed
