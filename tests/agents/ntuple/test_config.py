from dataclasses import asdict

import pytest

from agents.ntuple.config import NTupleConfig, Stage


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
        ({"alpha": "fast"}, "alpha must be above 0 and at most 10, not 'fast'"),
        ({"alpha": True}, "alpha must be above 0 and at most 10, not True"),
        ({"algorithm": ["tc"]}, r"algorithm must be one of td0, tc, not \['tc'\]"),
        ({"games": True}, "games must be a whole number, 1 or more, not True"),
        ({"anneal": True}, "anneal must be 0 to 1, not True"),
        ({"games": 0}, "games must be a whole number, 1 or more, not 0"),
        ({"games": 10.5}, "games must be a whole number, 1 or more, not 10.5"),
        ({"seed": -1}, "seed must be a whole number, 0 or more, not -1"),
        ({"threads": 0}, "threads must be a whole number, 1 or more, not 0"),
        ({"threads": 257}, "threads must be at most 256, not 257"),
        ({"replay": -1}, "replay must be a whole number, 0 or more, not -1"),
        ({"replay": 1001}, "replay must be at most 1000, not 1001"),
        ({"steps": 0}, "steps must be a whole number, 1 or more, not 0"),
        ({"trace": 1.1}, "trace must be 0 to 1, not 1.1"),
        ({"trace": float("nan")}, "trace must be 0 to 1, not nan"),
        ({"initial": -1.0}, "initial must be 0 to 1e\\+06, not -1.0"),
        ({"anneal": 2.0}, "anneal must be 0 to 1, not 2.0"),
        ({"warmup": -1}, "warmup must be a whole number, 0 or more, not -1"),
        ({"split": 1000}, "split must be a tile from 4 to 32768, not 1000 .24576 is 16384 and"),
        ({"split": 24576 + 2048}, "split must be a tile from 4 to 32768, not 26624"),
        ({"split": 65536 + 32768}, "split must be a tile from 4 to 32768, not 98304"),
        ({"split": 3}, "split must be a tile from 4 to 32768, not 3"),
        ({"split": 2}, "split must be a tile from 4 to 32768, not 2"),
        ({"split": [8, "a"]}, "split must be a tile from 4 to 32768, not 'a'"),
        ({"carousel": 1000}, "carousel must be a tile from 4 to 32768, not 1000"),
        ({"carousel": [64, 32]}, "carousel needs its tiles in order, the smallest first"),
        ({"carousel": 64, "trace": 0.5}, "carousel goes without lambda and steps"),
        ({"carousel": 64, "steps": 2}, "carousel goes without lambda and steps"),
        ({"trace": 0.5, "steps": 2}, "steps above 1 goes without a trace"),
        ({"downgrade": 64, "missing": 100}, "missing must be a tile from 2 to 16384, not 100"),
        ({"missing": 64}, "missing says where to downgrade: give the largest tile as well"),
    ],
)
def test_ranges(settings, message):
    with pytest.raises(ValueError, match=message):
        NTupleConfig(**settings)


def test_a_tile_and_the_next_smaller_ones():
    for tiles in (4, 6, 24576, 28672, 32768, 49152, 65534):
        assert NTupleConfig(split=tiles, carousel=tiles).split == (tiles,)


def test_the_rate_falls_evenly_to_0_at_the_end():
    config = NTupleConfig(games=100, anneal=0.2, alpha=0.5)
    assert [config.rate_of(game) for game in (0, 79, 80)] == [0.5] * 3
    assert config.rate_of(90) == pytest.approx(0.25)
    assert config.rate_of(99) == pytest.approx(0.025)
    assert NTupleConfig(games=100).rate_of(99) == 1.0


def test_the_rate_rises_evenly_at_the_beginning():
    config = NTupleConfig(games=100, warmup=4, alpha=0.5)
    assert [config.rate_of(game) for game in range(5)] == [0.125, 0.25, 0.375, 0.5, 0.5]
    both = NTupleConfig(games=10, warmup=8, anneal=1.0)
    assert [both.rate_of(game) for game in (0, 4, 5, 9)] == [0.125, 0.6, 0.5, 0.1]


def test_what_is_learned_when():
    assert (NTupleConfig().online, NTupleConfig().sweeps) == (True, 0)
    assert (NTupleConfig(replay=3).online, NTupleConfig(replay=3).sweeps) == (True, 3)
    assert (NTupleConfig(trace=0.5).online, NTupleConfig(trace=0.5).sweeps) == (False, 1)
    assert (NTupleConfig(steps=5, replay=2).online, NTupleConfig(steps=5, replay=2).sweeps) == (
        False,
        2,
    )


RECIPE = {
    "network": "0123",
    "stages": [
        {"games": 10, "algorithm": "td0", "alpha": 0.5},
        {"games": 20, "replay": 2},
        {"games": 10, "anneal": 1.0},
    ],
}


def test_the_stages_of_a_recipe():
    config = NTupleConfig.from_dict(RECIPE)
    assert config.games == 40
    assert config.columns == 3
    assert config.remembers
    stages = [config.stage_of(game) for game in (0, 9, 10, 29, 30, 39)]
    assert [(stage.algorithm, stage.replay, n) for stage, n in stages] == [
        ("td0", 0, 0), ("td0", 0, 9), ("tc", 2, 0), ("tc", 2, 19), ("tc", 0, 0), ("tc", 0, 9),
    ]  # fmt: skip
    stage, n = config.stage_of(39)
    assert stage.rate_of(n) == pytest.approx(0.1)
    assert NTupleConfig.from_dict(asdict(config)) == config


def test_the_algorithms_of_a_run():
    assert NTupleConfig.from_dict(RECIPE).algorithms == "td0, tc"
    assert NTupleConfig(algorithm="td0").algorithms == "td0"


def test_the_last_stage_lasts_until_all_games_are_played():
    config = NTupleConfig.from_dict({**RECIPE, "games": 130})
    stage, n = config.stage_of(80)
    assert (stage.games, n) == (100, 50)
    assert stage.rate_of(n) == pytest.approx(0.5)
    with pytest.raises(ValueError, match="games must be enough for all stages, not 30"):
        NTupleConfig.from_dict({**RECIPE, "games": 30})


def test_where_stages_end_and_what_they_split():
    stages = (Stage(games=10), Stage(games=20, split=(2048, 512)), Stage(games=10, split=1024))
    config = NTupleConfig(games=50, stages=stages)
    ends = [config.stage_end(game) for game in (0, 9, 10, 29, 30, 49)]
    assert ends == [10, 10, 30, 30, 50, 50]
    assert config.splits == (512, 1024, 2048)
    assert NTupleConfig(games=7).stage_end(3) == 7
    assert (NTupleConfig().splits, NTupleConfig(split=64).splits) == ((), (64,))
    assert NTupleConfig.from_dict({"split": None}).splits == ()  # as runs of before had it
    assert NTupleConfig.from_dict({"split": [64, 8]}).splits == (8, 64)


def test_a_run_without_stages_is_its_own_stage():
    config = NTupleConfig(games=50, algorithm="td0")
    assert config.stage_of(20) == (config, 20)
    assert (config.columns, config.remembers) == (1, False)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"speed": 1}, "unknown setting 'speed': choose algorithm, alpha"),
        ({"stages": [{"seed": 1}]}, "unknown setting 'seed': choose algorithm, alpha"),
        ({"stages": [{"games": 0}]}, "games must be a whole number"),
        ({"stages": [3]}, "not settings: 3"),
    ],
)
def test_wrong_settings(settings, message):
    with pytest.raises(ValueError, match=message):
        NTupleConfig.from_dict(settings)
