"""The training loop: seeds, resuming, stopping, and what it says when things go wrong."""

import numpy as np
import pytest

from networks.checkpoint import CheckpointError
from networks.layers import BatchNorm, Dense, ReLU, Sequential, named_arrays
from networks.models import MLP
from networks.optimizers import SGD, Adam, Momentum
from networks.schedules import Cosine
from networks.training import Minibatches, Trainer, TrainingConfig, TrainingError, evaluate


def _data(count=50, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(count, 4)).astype(np.float32)
    return x, (x[:, 0] * x[:, 1] > 0).astype(np.int64)


def _noisy(rng, x, y):
    return x + rng.normal(0, 0.05, x.shape).astype(np.float32), y


class _Normed(MLP):
    """With batch normalization, whose running averages belong to the state."""

    def __init__(self):
        super().__init__([4, 2])
        self.network = Sequential(Dense(4, 8), BatchNorm(8), ReLU(), Dense(8, 2))
        self.allocate(seed=1)


def _trainer(epochs, make=lambda: MLP([4, 16, 2], dropout=0.3), optimizer=None, **config):
    optimizer = optimizer or Adam(Cosine(0.01, 60, 5))
    return Trainer(make(), optimizer, TrainingConfig(epochs=epochs, **config))


BATCHES = Minibatches(_data(), 8, _noisy)


def _state(trainer):
    arrays = {**named_arrays(trainer.model), "optimizer": trainer.optimizer.state}
    return {name: array.tobytes() for name, array in arrays.items()}


def _without_seconds(history):
    return [{k: v for k, v in row.items() if k != "seconds"} for row in history]


def test_a_seed_repeats_a_run_bit_for_bit():
    runs = [_trainer(3, seed=seed) for seed in (5, 5, 6)]
    for run in runs:
        run.fit(BATCHES)
    assert _state(runs[0]) == _state(runs[1])
    assert _without_seconds(runs[0].history) == _without_seconds(runs[1].history)
    assert _state(runs[0]) != _state(runs[2])


@pytest.mark.parametrize("make", [lambda: MLP([4, 16, 2], dropout=0.3), _Normed])
@pytest.mark.parametrize("optimizer", [Adam, lambda: Momentum(0.05), lambda: SGD(0.1)])
def test_an_interrupted_run_ends_like_one_that_was_not(make, optimizer, tmp_path):
    """Dropout, augmentation, order, batch statistics, best weights: all go on."""
    path, validation = tmp_path / "run.safetensors", _data(40, 9)
    through = _trainer(6, make, optimizer())
    through.fit(BATCHES, validation)
    first = _trainer(6, make, optimizer())

    def save_and_stop(metrics):
        first.save(path)
        return metrics["epoch"] == 3

    first.fit(BATCHES, validation, save_and_stop)
    assert len(first.history) == 3
    second = _trainer(6, make, optimizer())
    second.model.weights.values[:] = 7  # nothing of a fresh model may matter
    second.resume(path)
    second.fit(BATCHES, validation)
    assert _state(second) == _state(through)
    assert _without_seconds(second.history) == _without_seconds(through.history)


def test_metrics_of_each_epoch():
    rows, steps = [], []
    trainer = _trainer(2)
    history = trainer.fit(BATCHES, _data(30, 1), rows.append, lambda *step: steps.append(step))
    assert rows == history
    assert set(history[0]) == {
        "epoch", "loss", "rate", "seconds", "validation_loss", "validation_accuracy",
    }  # fmt: skip
    assert [row["epoch"] for row in history] == [1, 2]
    assert [step for step, _ in steps] == list(range(1, 15))
    assert len(BATCHES) == 7
    sizes = [8] * 6 + [2]
    losses = [loss for _, loss in steps[:7]]
    assert history[0]["loss"] == pytest.approx(np.average(losses, weights=sizes))
    assert history[0]["rate"] == pytest.approx(0.01 / 5)


def test_it_stops_early_and_keeps_the_best():
    """Random labels: after a while validation only gets worse."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(80, 6)).astype(np.float32)
    y = rng.integers(0, 2, 80)
    model, validation = MLP([6, 64, 2]), (x[40:], y[40:])
    trainer = Trainer(model, Adam(0.02), TrainingConfig(epochs=500, patience=5))
    history = trainer.fit(Minibatches((x[:40], y[:40]), 10), validation)
    losses = [row["validation_loss"] for row in history]
    assert len(losses) < 100
    assert len(losses) == 5 + 1 + int(np.argmin(losses))
    assert model.metrics(*validation)["loss"] == pytest.approx(min(losses), rel=1e-6)
    assert trainer.fit(Minibatches((x[:40], y[:40]), 10), validation) == history


def test_every_example_comes_once_an_epoch():
    x = np.arange(10)
    for seed in range(3):
        seen = [batch[0] for batch in Minibatches((x,), 4)(np.random.default_rng(seed))]
        assert [len(part) for part in seen] == [4, 4, 2]
        assert sorted(np.concatenate(seen)) == list(x)


def test_evaluation_weighs_batches_by_their_size():
    model, data = MLP([4, 2]), _data(25)
    whole = model.metrics(*data)
    parts = evaluate(model, data, batch_size=10)
    assert parts == {name: pytest.approx(value, rel=1e-5) for name, value in whole.items()}


def test_a_diverging_run_says_what_to_do():
    x, y = _data()
    model = MLP([4, 16, 2], output="linear", loss="squared-error")
    targets = np.stack([y, 1 - y], axis=1).astype(np.float32)
    with (
        np.errstate(all="ignore"),
        pytest.raises(TrainingError, match=r"epoch \d+, step \d+: the loss is .* lower the learn"),
    ):
        Trainer(model, SGD(1e4), TrainingConfig()).fit(Minibatches((x, targets), 10))


def test_another_run_cannot_be_resumed(tmp_path):
    path = tmp_path / "run.safetensors"
    trainer = _trainer(1)
    trainer.fit(BATCHES)
    trainer.save(path)
    assert np.array_equal(MLP.load(path).weights.values, trainer.model.weights.values)
    for other, message in (
        (_trainer(1, optimizer=SGD(0.1)), "trained with Adam"),
        (_trainer(1, lambda: MLP([4, 8, 2])), "not the same architecture"),
    ):
        with pytest.raises(CheckpointError, match=message):
            other.resume(path)
    trainer.model.save(path)
    with pytest.raises(CheckpointError, match=r"cannot be resumed \('run'\)"):
        trainer.resume(path)


def test_data_that_do_not_fit_are_refused():
    for arrays, size in (((np.zeros(3), np.zeros(4)), 2), ((np.zeros(3),), 0), ((), 1)):
        with pytest.raises(ValueError, match="of one length"):
            Minibatches(arrays, size)
    with pytest.raises(TrainingError, match="no examples"):
        _trainer(1).fit(lambda rng: [])
