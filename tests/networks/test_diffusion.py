"""The diffusion model: gradients, learning half moons, guidance, the average, files."""

import numpy as np
import pytest

from networks.demos.moons import half_moons, train
from networks.diffusion import SCHEDULES, Guidance
from networks.gradcheck import check_gradients, check_layer, check_model
from networks.layers import SiLU, allocate
from networks.models import Diffusion, Sampling
from networks.models.denoiser import Denoiser, time_waves
from networks.models.diffusion import AVERAGED_EVERY, TARGETS
from networks.optimizers import SGD, Adam
from networks.training import Minibatches, Trainer, TrainingConfig
from networks.two_sample import energy_distance, same_distribution

SMALL = {"hidden": 6, "inner": 7, "blocks": 2, "condition": 4}


def perturbed(model, scale=0.3):
    """No weight is 0: blocks that begin as nothing would hide mistakes."""
    values = model.weights.values
    values += scale * np.random.default_rng(1).normal(size=values.size)
    return model


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("classes", [0, 3])
def test_gradients(classes, schedule, target):
    """With times, noise and untold classes held fixed."""
    model = perturbed(
        Diffusion(
            5, classes=classes, schedule=schedule, target=target, untold=0.3, dtype=np.float64,
            **SMALL,
        )
    )  # fmt: skip
    x = np.random.default_rng(0).normal(size=(6, 5))
    labels = np.array([0, 1, 2, 0, 1, 2])
    errors = check_model(model, lambda: model.loss_and_gradients(x, labels))
    assert len(errors) == 5 + 2 * 7 + 4
    assert max(errors.values()) < 1e-6, errors


def test_gradients_of_the_denoiser_alone():
    """Under another loss than squared error."""
    network = Denoiser(4, 2, 6, 7, 2, 3)
    weights = allocate(network, dtype=np.float64)
    weights.values += 0.3 * np.random.default_rng(1).normal(size=weights.values.size)
    rng = np.random.default_rng(0)
    z, r = rng.normal(size=(2, 4, 5))
    shares, labels = rng.random(5), np.array([0, 1, 2, 1, 0])

    def loss():
        return float(np.sum(r * network.forward(z, shares, labels)))

    loss()
    network.parameter_gradients(r)
    assert max(check_gradients(network, loss).values()) < 1e-6


def test_gradients_of_silu():
    layer = SiLU()
    allocate(layer, dtype=np.float64)
    assert max(check_layer(layer, 3 * np.random.default_rng(0).normal(size=(5, 4))).values()) < 1e-6


def test_times_can_be_told_apart_by_their_waves():
    waves = time_waves(np.linspace(0, 1, 1001))
    assert waves.shape == (64, 1001)
    assert np.abs(np.diff(waves, axis=1)).max(axis=0).min() > 0.1


@pytest.fixture(scope="module")
def moons():
    """A model of half moons, trained in about two seconds."""
    return train(*half_moons(4000, np.random.default_rng(0)))


@pytest.mark.parametrize(
    ("sampling", "told"),
    [(Sampling(20), True), (Sampling(50), False), (Sampling(200, eta=1.0), True)],
    ids=["DDIM of each moon", "DDIM, unconditional", "ancestral"],
)
def test_half_moons(moons, sampling, told):
    """A two-sample test finds no difference from fresh points; it does for an untrained model."""
    rng = np.random.default_rng(5)
    real, which = half_moons(400, rng)
    labels = which if told else None
    samples = moons.sample(400, rng, labels, sampling)
    assert energy_distance(samples, real) < 0.02
    assert same_distribution(samples, real, rng) > 0.005
    untrained = Diffusion(2, classes=2, **SMALL)
    untrained.standardize(real)
    noise = untrained.sample(400, rng, labels, sampling)
    assert same_distribution(noise, real, rng) < 0.005


def test_samples_are_of_the_class_that_was_asked_for(moons):
    rng = np.random.default_rng(0)
    for label in (0, 1):
        samples = moons.sample(300, rng, np.full(300, label), Sampling(20))
        real, which = half_moons(1200, rng)
        own, other = (real[which == each][:300] for each in (label, 1 - label))
        assert energy_distance(samples, own) < 0.1 * energy_distance(samples, other)


def test_guidance_goes_beyond_the_conditional_prediction(moons):
    z = np.random.default_rng(0).standard_normal((2, 6), dtype=np.float32)
    labels, untold = np.array([0, 1] * 3), np.full(6, 2)
    told, _ = moons.predict(z, 500, labels, Guidance())
    plain, _ = moons.predict(z, 500, untold, Guidance())
    for weight in (0.5, 2.0):
        guided, epsilon = moons.predict(z, 500, labels, Guidance(weight))
        np.testing.assert_allclose(guided, plain + (1 + weight) * (told - plain), atol=1e-4)
        a, s = moons.schedule.signal[500], moons.schedule.noise[500]
        np.testing.assert_allclose(a * guided + s * epsilon, z, atol=1e-4)
    outside, _ = moons.predict(z, 500, labels, Guidance(2.0, 0.6, 1.0))
    np.testing.assert_array_equal(outside, told)


def test_the_average_follows_the_weights():
    model = Diffusion(3, average=0.5, **SMALL)
    x = np.random.default_rng(0).normal(size=(8, 3)).astype(np.float32)
    name = "blocks.0.expand.w"
    first = model.network.parameters_by_name()[name].value.copy()
    np.testing.assert_array_equal(model.state()[f"average.{name}"], first)
    optimizer = SGD(0.1)
    for _ in range(AVERAGED_EVERY + 1):
        before = model.network.parameters_by_name()[name].value.copy()
        model.loss_and_gradients(x)
        optimizer.step(model.weights)
    kept = 0.5**AVERAGED_EVERY  # below what it keeps at most when it begins, 2/11
    expected = kept * first + (1 - kept) * before
    np.testing.assert_allclose(model.state()[f"average.{name}"], expected, atol=1e-6)
    average = model.averaged()
    np.testing.assert_allclose(
        average.network.parameters_by_name()[name].value, expected, atol=1e-6
    )
    assert set(average.state()) == {"mean", "deviation", "steps"}
    again = average.averaged()
    np.testing.assert_array_equal(again.weights.values, average.weights.values)


def test_examples_are_standardized():
    rng = np.random.default_rng(0)
    x = (rng.normal(size=(500, 3)) * [1, 10, 0] + [5, 0, 2]).astype(np.float32)
    model = Diffusion(3, **SMALL)
    model.standardize(x)
    loss = model.metrics(x)["loss"]
    plain = Diffusion(3, **SMALL)
    assert loss == pytest.approx(
        plain.metrics((x - x.mean(0)) / (x.std(0) + 1e-6))["loss"], rel=0.1
    )
    z = ((x - x.mean(0)) / np.maximum(x.std(0), 1e-6)).T.astype(np.float32)
    np.testing.assert_allclose(model.original(z), x, atol=1e-4)


def test_a_run_that_goes_on_is_the_one_that_never_stopped(tmp_path):
    points, labels = half_moons(300, np.random.default_rng(0))

    def trainer(epochs=4):
        model = Diffusion(2, classes=2, average=0.9, seed=1, **SMALL)
        model.standardize(points)
        return Trainer(model, Adam(0.003), TrainingConfig(epochs, seed=2))

    batches, path = Minibatches((points, labels), 50), tmp_path / "c.safetensors"
    whole = trainer()
    whole.fit(batches)
    cut = trainer()
    cut.fit(batches, on_epoch=lambda metrics: metrics["epoch"] == 2)
    cut.save(path)
    rest = trainer()
    rest.resume(path)
    rest.fit(batches)
    np.testing.assert_array_equal(whole.model.weights.values, rest.model.weights.values)
    averages = (each.model.averaged().weights.values for each in (whole, rest))
    np.testing.assert_array_equal(*averages)
    rest.save(path)
    read = Diffusion.load(path).averaged()
    samples = [
        model.sample(5, np.random.default_rng(0), [0, 1, 0, 1, 2])
        for model in (read, whole.model.averaged())
    ]
    np.testing.assert_array_equal(*samples)


def test_mistakes_are_named():
    model = Diffusion(2, classes=2, **SMALL)
    rng = np.random.default_rng(0)
    for call, words in (
        (lambda: Diffusion(2, target="image"), "target must be velocity or noise, not image"),
        (lambda: Diffusion(2, untold=2), "untold must be 0 to 1"),
        (lambda: Diffusion(2, average=1), "average 0 or more and below 1"),
        (lambda: Diffusion(2, blocks=0), "sizes must be 1 or more"),
        (lambda: model.sample(2, rng, [0, 3]), "as many classes, 0 to 1"),
        (lambda: model.sample(3, rng, [0, 1]), "3 samples need as many classes"),
    ):
        with pytest.raises(ValueError, match=words):
            call()
