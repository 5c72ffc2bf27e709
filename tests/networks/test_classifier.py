import re
from dataclasses import asdict, replace

import numpy as np
import pytest

from networks.classifier import (
    DRAWN_EPOCH,
    ClassifierConfig,
    Examples,
    FreshImages,
    as_rows,
    hold_out,
    new_trainer,
)
from networks.data import drawn_set
from networks.training import evaluate

EXAMPLES = Examples(*drawn_set(300, seed=2))
QUICK = ClassifierConfig(hidden=(64,), epochs=12, batch=32, drawn=0.0, rate=0.003, seed=1)


def epoch(config, examples=EXAMPLES, seed=0):
    return list(FreshImages(config, examples)(np.random.default_rng(seed)))


def test_an_untrained_network_fails_what_a_trained_one_passes():
    """On drawn digits that it never saw: 300 to learn from, a few seconds."""
    tests = Examples(*drawn_set(500, seed=3)).batch
    batches = FreshImages(QUICK, EXAMPLES)
    trainer = new_trainer(QUICK, batches)
    assert evaluate(trainer.model, tests)["accuracy"] < 0.25
    trainer.fit(batches)
    assert evaluate(trainer.model, tests)["accuracy"] > 0.6


def test_drawn_images_help_where_there_are_few_of_ones_own():
    few = Examples(EXAMPLES.images[:40], EXAMPLES.labels[:40])
    tests = Examples(*drawn_set(500, seed=3)).batch
    found = []
    for share, epochs in [(0.0, 60), (0.8, 12)]:
        batches = FreshImages(config := replace(QUICK, drawn=share, epochs=epochs), few)
        trainer = new_trainer(config, batches)
        trainer.fit(batches)
        assert trainer.optimizer.steps in (120, 12 * 7)
        found.append(evaluate(trainer.model, tests)["accuracy"])
    assert found[0] + 0.1 < found[1]


def test_every_image_is_in_an_epoch_once():
    config = replace(QUICK, distort=0, smoothing=0)
    batches = epoch(config)
    assert [len(labels) for _, labels in batches] == [30] * 10
    rows = np.concatenate([images for images, _ in batches])
    assert sorted(row.tobytes() for row in rows) != [row.tobytes() for row in rows]
    np.testing.assert_allclose(np.sort(rows.sum(axis=1)), np.sort(as_rows(EXAMPLES.images).sum(1)))
    np.testing.assert_array_equal(
        np.bincount(np.concatenate([labels for _, labels in batches])),
        np.bincount(EXAMPLES.labels),
    )


@pytest.mark.parametrize(("share", "images"), [(0.25, 400), (0.5, 600), (0.9, 3000)])
def test_the_share_of_drawn_images(share, images):
    config = replace(QUICK, distort=0, drawn=share, smoothing=0)
    fresh = FreshImages(config, EXAMPLES)
    assert fresh.images == images and len(fresh) == -(-images // 32)
    own = {row.tobytes() for row in as_rows(EXAMPLES.images).round(3)}
    batches = epoch(config)
    assert sum(len(labels) for _, labels in batches) == images
    drawn = [sum(row.tobytes() not in own for row in rows.round(3)) for rows, _ in batches]
    assert sum(drawn) == images - 300
    assert max(drawn) - min(drawn) <= 2


def test_without_images_of_ones_own_all_are_drawn():
    config = replace(QUICK, drawn=1.0, batch=1000)
    batches = epoch(config, None)
    assert len(batches) == len(FreshImages(config)) == DRAWN_EPOCH / 1000
    assert {images.shape for images, _ in batches} == {(1000, 784)}


def test_two_epochs_differ_and_a_seed_repeats_one():
    first, again, other = (epoch(replace(QUICK, drawn=0.3), seed=seed) for seed in (0, 0, 1))
    for (x, y), (x_again, y_again) in zip(first, again, strict=True):
        np.testing.assert_array_equal(x, x_again)
        np.testing.assert_array_equal(y, y_again)
    assert not np.array_equal(first[0][0], other[0][0])


def test_smoothing_spreads_a_share_of_the_target():
    (_, targets), *_ = epoch(replace(QUICK, smoothing=0.2))
    (_, labels), *_ = epoch(replace(QUICK, smoothing=0.0))
    assert targets.dtype == np.float32 and targets.shape == (30, 10)
    np.testing.assert_allclose(targets.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_allclose(targets[np.arange(30), labels], 0.82)
    np.testing.assert_allclose(np.sort(targets)[:, :-1], 0.02, rtol=1e-6)


def test_the_parts_that_are_held_out_are_all_there_is():
    held = [hold_out(EXAMPLES, part, 4) for part in (1, 2, 3, 4)]
    everything = sorted(image.tobytes() for image in EXAMPLES.images)
    assert sorted(i.tobytes() for _, part in held for i in part.images) == everything
    for others, part in held:
        assert len(part.labels) == len(part.images) == 75
        assert sorted(i.tobytes() for i in (*others.images, *part.images)) == everything
    np.testing.assert_array_equal(held[2][1].labels, hold_out(EXAMPLES, 3, 4)[1].labels)


@pytest.mark.parametrize(("part", "parts"), [(0, 4), (5, 4), (1, 1), (1, 301)])
def test_parts_that_do_not_exist(part, parts):
    with pytest.raises(ValueError, match=f"not {part}/{parts} of 300"):
        hold_out(EXAMPLES, part, parts)


def test_own_and_drawn_images_must_be_what_the_share_says():
    with pytest.raises(ValueError, match="a share of 1"):
        FreshImages(replace(QUICK, drawn=0.5))
    with pytest.raises(ValueError, match="a share of 1"):
        FreshImages(replace(QUICK, drawn=1), EXAMPLES)


def test_settings_survive_a_file():
    config = ClassifierConfig(hidden=(5, 6), patience=3)
    assert ClassifierConfig.from_dict(asdict(config) | {"hidden": [5, 6]}) == config
    with pytest.raises(ValueError, match="unknown setting 'color': choose activation, batch"):
        ClassifierConfig.from_dict({"color": 1})


WRONG = [
    ("classes", 1, "classes must be 2 to 74, not 1"),
    ("classes", 2.5, "classes must be 2 to 74, not 2.5"),
    ("epochs", 0, "epochs must be 1 to 1000000, not 0"),
    ("batch", 0, "batch must be 1 to 100000, not 0"),
    ("patience", 0, "patience must be 1 to 1000000, not 0"),
    ("seed", -1, "seed must be 0 to"),
    ("dropout", 1.0, "dropout must be 0 to 0.99, not 1.0"),
    ("rate", float("nan"), "rate must be 0 to 10, not nan"),
    ("rate", 0.0, "rate must be above 0, not 0.0"),
    ("smoothing", 1, "smoothing must be 0 to 0.99, not 1"),
    ("drawn", -0.5, "drawn must be 0 to 1, not -0.5"),
    ("distort", "x", "distort must be 0 to 10, not x"),
    ("hidden", (0,), "hidden must be sizes from 1 to 10000, not [0]"),
    ("activation", "step", "activation must be one of sigmoid, tanh, relu"),
]


@pytest.mark.parametrize(("name", "value", "words"), WRONG)
def test_settings_out_of_range(name, value, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        ClassifierConfig(**{name: value})
