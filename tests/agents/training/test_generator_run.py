"""Run folders of generators: what is refused, and what a run has learned."""

import json

import numpy as np
import pytest

from agents.training import generator_run as runs
from agents.training.runs import RunError, RunFolder
from agents.training.stop import StopRequest
from networks.classifier import Examples
from networks.data import drawn_set
from networks.generator import DrawnImages, OwnImages
from networks.generator_config import AutoencoderConfig, DiffusionConfig

SOURCE = OwnImages(Examples(*drawn_set(60, "13", seed=1)))
DATA = {"data": "somewhere", "hold_out": [1, 2]}
VAE = AutoencoderConfig(hidden=(8,), latents=2, epochs=2, batch=30)
SMALL = DiffusionConfig(hidden=8, inner=8, blocks=1, condition=4, epochs=2, batch=30)


def train(run):
    assert run.train(StopRequest(), lambda steps, metrics: None)
    return run


@pytest.fixture
def vae(tmp_path):
    train(runs.begin_autoencoder(tmp_path / "vae", DATA, VAE, SOURCE))
    return tmp_path / "vae"


def test_what_a_run_has_learned(tmp_path, vae):
    path = tmp_path / "run"
    runs.begin_diffusion(path, DATA, SMALL, SOURCE)
    assert runs.diffusion_config(path) == SMALL
    with pytest.raises(RunError, match="holds no network yet"):
        runs.load_generator(path)
    runs.copy_vae(vae, path)
    run = train(runs.diffusion(path, SOURCE))
    generator = runs.load_generator(path)
    assert generator.characters == "13" and generator.diffusion.classes == 4
    expected = run.trainer.model.averaged().weights.values
    np.testing.assert_array_equal(generator.diffusion.weights.values, expected)
    assert runs.data_of(path) == ("somewhere", (1, 2))


def test_a_finished_run_has_nothing_left_to_do(vae):
    before = (vae / "checkpoint.safetensors").read_bytes()
    run = train(runs.resume_autoencoder(vae, SOURCE))
    assert len(run.history) == 2
    assert (vae / "checkpoint.safetensors").read_bytes() == before


def test_names_of_drawn_images():
    assert runs.source_of("drawn-digits", None).classes == 10
    assert isinstance(runs.source_of("drawn", None), DrawnImages)
    assert runs.source_of("x", SOURCE.examples) == SOURCE


def test_settings_that_cannot_be_are_named(vae):
    content = json.loads((vae / "config.json").read_text())
    for change, words in (
        ({"latents": 0}, "latents must be 1 to 1000"),
        ({"x": 1}, "unknown setting 'x'"),
    ):
        changed = content | {"config": content["config"] | change}
        (vae / "config.json").write_text(json.dumps(changed))
        with pytest.raises(RunError, match=f"not the settings of a run.*{words}"):
            runs.resume_autoencoder(vae, SOURCE)
    (vae / "config.json").write_text(json.dumps(content | {"config": {}}))
    with pytest.raises(RunError, match="not the settings of a run"):
        runs.data_of(vae)


def test_only_a_trained_vae_is_copied(tmp_path, vae):
    RunFolder.create(tmp_path / "new", "vae", {})
    with pytest.raises(RunError, match="holds no network yet"):
        runs.copy_vae(tmp_path / "new", tmp_path / "run")
    RunFolder.create(tmp_path / "mlp", "mlp", {})
    with pytest.raises(RunError, match="not a VAE's run"):
        runs.copy_vae(tmp_path / "mlp", tmp_path / "run")
