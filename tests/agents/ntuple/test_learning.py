"""Options that are said to help do help, on networks that learn in a second."""

import pytest

from agents.training.stop import StopRequest
from env2048.keys import first_keys

SEEDS = (1, 2, 3)


@pytest.fixture
def mean_scores(begin, tmp_path):
    """A function: settings -> the mean score of 300 games after training, one for each seed."""

    def mean_scores(**settings):
        scores = []
        for seed in SEEDS:
            name = f"{len(list(tmp_path.iterdir()))}"
            trainer = begin(tmp_path / name, network="17x4", alpha=None, seed=seed, **settings)
            trainer.train(StopRequest())
            scores.append(trainer.network.play(first_keys(10**6, 300)).scores.mean())
        return scores

    return mean_scores


@pytest.mark.parametrize(
    ("games", "without", "option", "factor"),
    [
        (300, {}, {"replay": 4}, 1.15),
        (1000, {}, {"warmup": 100}, 1.4),
        (1000, {"split": 256}, {"carousel": 256}, 1.08),
    ],
)
def test_it_helps(games, without, option, factor, mean_scores):
    plain = mean_scores(games=games, **without)
    better = mean_scores(games=games, **without, **option)
    assert sum(better) > factor * sum(plain)  # 1.30, 1.65, 1.15 times
