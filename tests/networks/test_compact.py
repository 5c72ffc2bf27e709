import numpy as np
import pytest

from networks.checkpoint import CheckpointError, read_tensors, write_tensors
from networks.compact import load_compact, main, round_weights, save_compact
from networks.layers import named_arrays
from networks.models import MLP, Autoencoder


@pytest.fixture
def model():
    model = MLP([20, 30, 5], activation="gelu", dropout=0.2, seed=3)
    for name, array in named_arrays(model).items():
        if name.endswith(".b"):
            array[...] = np.random.default_rng(1).normal(size=array.shape)
    return model


def test_rounding_moves_no_weight_by_more_than_half_a_step():
    weights = np.random.default_rng(0).normal(size=(7, 50)) * np.logspace(-3, 3, 7)[:, None]
    numbers, scales = round_weights(weights)
    assert numbers.dtype == np.int8 and scales.shape == (7, 1)
    errors = np.abs(numbers * scales - weights).max(axis=1)
    assert (errors <= np.abs(weights).max(axis=1) / 253).all()
    np.testing.assert_array_equal(np.abs(numbers).max(axis=1), 127)


def test_a_row_of_zeros_stays_one():
    numbers, scales = round_weights(np.zeros((2, 3)))
    assert not numbers.any() and np.isfinite(scales).all()


def test_a_model_comes_back_from_a_small_file(model, tmp_path):
    save_compact(model, tmp_path / "small.safetensors")
    model.save(tmp_path / "whole.safetensors")
    found = load_compact(MLP, tmp_path / "small.safetensors")
    assert found.config() == model.config()
    x = np.random.default_rng(2).random((100, 20)).astype(np.float32)
    np.testing.assert_allclose(found.predict(x), model.predict(x), atol=0.02)
    assert np.abs(found.predict(x) - model.predict(x)).max() > 0
    for name, array in named_arrays(model).items():
        if name.endswith(".b"):
            np.testing.assert_array_equal(named_arrays(found)[name], array)
    tensors, _ = read_tensors(tmp_path / "small.safetensors")
    stored = sum(tensor.nbytes for tensor in tensors.values())
    assert stored == 20 * 30 + 30 * 5 + 2 * 4 * (30 + 5)


def test_rounding_again_changes_nothing(model, tmp_path):
    paths = [tmp_path / f"{i}.safetensors" for i in range(2)]
    save_compact(model, paths[0])
    save_compact(load_compact(MLP, paths[0]), paths[1])
    first, second = (named_arrays(load_compact(MLP, path)) for path in paths)
    for name, array in first.items():
        np.testing.assert_allclose(second[name], array, rtol=1e-6)


def test_the_command(model, tmp_path):
    model.save(tmp_path / "whole.safetensors")
    main(str(tmp_path / "whole.safetensors"), str(tmp_path / "small.safetensors"))
    assert load_compact(MLP, tmp_path / "small.safetensors").config() == model.config()


def test_the_two_kinds_of_files_are_not_mistaken_for_each_other(model, tmp_path):
    save_compact(model, tmp_path / "small.safetensors")
    model.save(tmp_path / "whole.safetensors")
    with pytest.raises(CheckpointError, match="not a network of 8-bit weights"):
        load_compact(MLP, tmp_path / "whole.safetensors")
    with pytest.raises(CheckpointError, match="not a network's checkpoint"):
        MLP.load(tmp_path / "small.safetensors")
    with pytest.raises(CheckpointError, match="of kind mlp, not autoencoder"):
        load_compact(Autoencoder, tmp_path / "small.safetensors")


@pytest.mark.parametrize("change", ["missing", "shape", "config"])
def test_damaged_files(model, tmp_path, change):
    path = tmp_path / "small.safetensors"
    save_compact(model, path)
    tensors, metadata = read_tensors(path)
    if change == "missing":
        del tensors["network.0.w"]
    elif change == "shape":
        tensors["network.0.w.scale"] = tensors["network.0.w.scale"][:7]
    else:
        metadata["config"]["sizes"] = [20]
    write_tensors(path, tensors, metadata)
    with pytest.raises(CheckpointError, match=r"small.safetensors: damaged"):
        load_compact(MLP, path)
