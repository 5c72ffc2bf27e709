import pytest

from agents.ntuple.config import NTupleConfig


def test_defaults():
    config = NTupleConfig()
    assert (config.network, config.algorithm, config.games) == ("4x6", "tc", 100_000)
    assert config.threads == 1  # the reproducible number
    assert config.rate == 1.0
    assert NTupleConfig(algorithm="td0").rate == 0.1
    assert NTupleConfig(alpha=0.25).rate == 0.25


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"algorithm": "sarsa"}, "algorithm must be one of td0, tc, not sarsa"),
        ({"alpha": 0.0}, "alpha must be above 0 and at most 10, not 0.0"),
        ({"alpha": -1.0}, "alpha must be"),
        ({"alpha": float("nan")}, "alpha must be"),
        ({"alpha": float("inf")}, "alpha must be"),
        ({"games": 0}, "games must be a whole number, 1 or more, not 0"),
        ({"games": 10.5}, "games must be a whole number, 1 or more, not 10.5"),
        ({"seed": -1}, "seed must be a whole number, 0 or more, not -1"),
        ({"threads": 0}, "threads must be a whole number, 1 or more, not 0"),
        ({"threads": 257}, "threads must be 1 to 256, not 257"),
    ],
)
def test_ranges(settings, message):
    with pytest.raises(ValueError, match=message):
        NTupleConfig(**settings)
