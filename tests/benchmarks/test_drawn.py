"""How fast characters are drawn, on one core."""

import pytest

from networks.data import CLASSES, DIGITS, Drawn

COUNT = 4096


@pytest.mark.parametrize(("classes", "framing"), [(DIGITS, "mnist"), (CLASSES, "line")])
def test_images_per_second(benchmark, classes, framing):
    drawn = Drawn(classes, framing=framing)
    benchmark.pedantic(drawn.batch, (COUNT,), rounds=7, warmup_rounds=1)
    benchmark.extra_info["rate"] = rate = COUNT / benchmark.stats.stats.median
    assert rate > 10_000
