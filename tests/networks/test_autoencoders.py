"""Autoencoder and VAE: gradients, what the loss is, learning, latents, files."""

import numpy as np
import pytest

from networks.gradcheck import check_model
from networks.models import VAE, Autoencoder
from networks.models.mlp import ACTIVATIONS
from networks.optimizers import SGD, Adam
from networks.training import Minibatches, Trainer, TrainingConfig


def _bumps(count, seed=0):
    """Pictures [N, 64] of a blurred spot: two numbers, its place, describe each."""
    rng = np.random.default_rng(seed)
    rows, columns = np.indices((8, 8))
    y, x = rng.uniform(1, 6, (2, count, 1, 1))
    pictures = np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / 3)
    return pictures.reshape(count, 64).astype(np.float32)


def _perturbed(model):
    """Biases that are not 0."""
    model.weights.values += 0.1 * np.random.default_rng(1).normal(size=model.weights.values.size)
    return model


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("sizes", [[6, 3], [6, 5, 2], [6, 7, 5, 3]])
def test_gradients_of_the_autoencoder(sizes, activation):
    model = _perturbed(Autoencoder(sizes, activation=activation, dtype=np.float64))
    x = np.random.default_rng(0).random((4, 6))
    errors = check_model(model, lambda: model.loss_and_gradients(x))
    assert len(errors) == 4 * (len(sizes) - 1)
    assert max(errors.values()) < 1e-6, errors


@pytest.mark.parametrize("beta", [0.0, 1.0, 3.0])
@pytest.mark.parametrize("likelihood", ["bernoulli", "squared-error"])
@pytest.mark.parametrize("sizes", [[6, 5, 2], [6, 7, 5, 3]])
def test_gradients_of_the_vae(sizes, likelihood, beta):
    """With the noise held fixed."""
    model = _perturbed(
        VAE(sizes, activation="tanh", likelihood=likelihood, beta=beta, dtype=np.float64)
    )
    x = np.random.default_rng(0).random((4, 6))
    errors = check_model(model, lambda: model.loss_and_gradients(x))
    assert len(errors) == 4 * (len(sizes) - 1)
    assert max(errors.values()) < 1e-6, errors


@pytest.mark.parametrize("likelihood", ["bernoulli", "squared-error"])
def test_repeating_the_batch_changes_nothing(likelihood):
    x = np.random.default_rng(0).random((4, 6))
    for model in (
        Autoencoder([6, 5, 2], dtype=np.float64),
        VAE([6, 5, 2], likelihood=likelihood, dtype=np.float64),
    ):
        if isinstance(model, VAE):  # sigma so small that the noise does not count
            model.parameters_by_name()["encoder.2.b"].value[2:] = -40
        one = model.loss_and_gradients(x)
        gradients = model.weights.gradients.copy()
        assert model.loss_and_gradients(np.tile(x, (3, 1))) == pytest.approx(one)
        np.testing.assert_allclose(model.weights.gradients, gradients, rtol=1e-9, atol=1e-13)


def test_kl_against_its_integral():
    """KL(N(mu, sigma) || N(0, 1)) as the mean of log q - log p over many samples."""
    model = VAE([4, 3, 1], dtype=np.float64)
    x = np.random.default_rng(0).random((1, 4))
    mu, s = (float(array[0, 0]) for array in model.encode(x))
    z = np.random.default_rng(1).normal(mu, np.exp(s), 400_000)
    log_q = -0.5 * ((z - mu) / np.exp(s)) ** 2 - s
    expected = (log_q + 0.5 * z**2).mean()
    assert model.metrics(x)["kl"] == pytest.approx(expected, abs=0.01)


def test_latents_have_the_mean_and_deviation_that_the_encoder_says():
    model = _perturbed(VAE([4, 3, 2], dtype=np.float64))
    x = np.repeat(np.random.default_rng(0).random((1, 4)), 20_000, axis=0)
    model.metrics(x)
    z = model.buffer("z", (2, len(x)))
    mu, s = (array[0] for array in model.encode(x))
    np.testing.assert_allclose(z.mean(axis=1), mu, atol=0.05 * np.exp(s).max())
    np.testing.assert_allclose(z.std(axis=1), np.exp(s), rtol=0.03)


def test_losses_are_sums_over_pixels():
    x = np.random.default_rng(0).random((5, 6)).astype(np.float32)
    model = Autoencoder([6, 2])
    expected = 0.5 * ((model.reconstruct(x) - x) ** 2).sum(axis=1).mean()
    assert model.metrics(x)["loss"] == pytest.approx(expected, rel=1e-5)
    vae = VAE([6, 4, 2], beta=2.0)
    found = vae.metrics(x)
    assert found["loss"] == pytest.approx(found["reconstruction"] + 2 * found["kl"])


def test_both_learn_two_numbers_from_pictures():
    train, test = _bumps(500), _bumps(100, 1)
    mean = 0.5 * ((test - train.mean(axis=0)) ** 2).sum(axis=1).mean()
    for model in (
        Autoencoder([64, 32, 2]),
        VAE([64, 32, 2], likelihood="squared-error", beta=0.05),
    ):
        Trainer(model, Adam(0.005), TrainingConfig(epochs=60)).fit(Minibatches((train,), 50))
        error = 0.5 * ((model.reconstruct(test) - test) ** 2).sum(axis=1).mean()
        assert error < 0.15 * mean


def test_adam_is_far_ahead_of_sgd_at_equal_steps():
    """The blog's observation, with both at the best of their rates: SGD's end where it diverges."""
    train = _bumps(400)

    def reached(optimizer, seed):
        model = VAE(
            [64, 32, 2], activation="tanh", likelihood="squared-error", beta=0.001, seed=seed
        )
        Trainer(model, optimizer, TrainingConfig(epochs=40)).fit(Minibatches((train,), 50))
        return model.metrics(train)["loss"]

    ratios = []
    for seed in range(3):
        adam = min(reached(Adam(rate), seed) for rate in (0.02, 0.03, 0.05))
        sgd = [reached(SGD(rate), seed) for rate in (0.2, 0.3, 0.6, 1.0, 1.5)]
        assert min(sgd) < sgd[-1]
        ratios.append(min(sgd) / adam)
    assert np.median(ratios) > 5, ratios


def test_samples_are_pictures():
    model = VAE([64, 32, 2])
    pictures = model.sample(7, np.random.default_rng(0))
    assert pictures.shape == (7, 64)
    assert ((pictures > 0) & (pictures < 1)).all()
    assert np.array_equal(pictures, model.sample(7, np.random.default_rng(0)))


def test_beta_warms_up_and_the_file_knows_how_far(tmp_path):
    x = _bumps(20)
    model = VAE([64, 8, 2], beta=2.0, warm_up=4)
    losses = []
    for _ in range(6):
        model.rng = np.random.default_rng(0)
        losses.append(model.loss_and_gradients(x))
        model.save(tmp_path / "vae.safetensors")
    model.rng = np.random.default_rng(0)
    found = model.metrics(x)
    betas = [(loss - found["reconstruction"]) / found["kl"] for loss in losses]
    np.testing.assert_allclose(betas, [0, 0.5, 1, 1.5, 2, 2], atol=1e-3)
    read = VAE.load(tmp_path / "vae.safetensors")
    assert read.steps.tolist() == [6]
    assert np.array_equal(read.reconstruct(x), model.reconstruct(x))


def test_mistakes_are_named():
    for settings, message in (
        ({"sizes": [4, 2]}, "one or more hidden"),
        ({"sizes": [4, 3, 2], "likelihood": "poisson"}, "bernoulli or squared-error"),
        ({"sizes": [4, 3, 2], "beta": -1}, "0 or more"),
    ):
        with pytest.raises(ValueError, match=message):
            VAE(**settings)
