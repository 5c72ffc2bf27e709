"""The scripts of the page compute what Python computes."""

import numpy as np
import pytest

from networks.data import Drawn
from networks.data.framing import place_by_mass
from networks.demos.draw import draw_page
from networks.demos.draw.page import page_data
from networks.models import MLP
from networks.models.mlp import ACTIVATIONS

PEN, BLUR, BOX = 1.25, 1.0, 20


@pytest.fixture(scope="module")
def images():
    """uint8 [8, 28, 28]."""
    return Drawn(seed=3).batch(8)[0]


@pytest.fixture
def page(open_page, tmp_path):
    """The page, with a small network in it."""
    path = tmp_path / "page.html"
    path.write_text(draw_page(MLP([784, 12, 10], seed=1)), encoding="utf-8")
    return open_page(path.as_uri())


def small(activation, seed=2):
    """A network with weights like those of a trained one, and biases that are not 0."""
    model = MLP([784, 30, 20, 10], activation=activation, seed=seed)
    rng = np.random.default_rng(seed)
    model.weights.values += rng.normal(0, 0.1, model.weights.values.shape).astype(np.float32)
    return model


def rows(images):
    return images.reshape(len(images), -1).astype(np.float32) / np.float32(255)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_logits_and_gradients(page, images, activation):
    model = small(activation)
    x = rows(images)
    found = page.evaluate(
        """([layers, images]) => {
          const network = new Network(layers);
          return images.map((image) => {
            const x = Float32Array.from(image);
            const passes = network.forward(x);
            const weights = [0, 0, 1, 0, 0, -1, 0, 0, 0, 0];
            const gradient = network.gradient(passes, weights, [...x.keys()]);
            return [passes.as.at(-1), gradient].map((numbers) => Array.from(numbers));
          });
        }""",
        [page_data(model)["layers"], x.tolist()],
    )
    exact = model.astype(np.float64)
    logits = exact.network.forward(exact.as_input(x)).copy()
    delta = np.zeros((10, len(x)))
    delta[2], delta[5] = 1, -1
    gradients = exact.network.backward(delta)
    np.testing.assert_allclose([pair[0] for pair in found], logits.T, atol=1e-4, rtol=0)
    np.testing.assert_allclose([pair[1] for pair in found], gradients.T, atol=1e-6, rtol=0)


@pytest.mark.parametrize(("activation", "steps"), [("tanh", 20), ("relu", 200)])
def test_attributions_add_up_to_the_lead(page, images, activation, steps):
    sums, leads = page.evaluate(
        """([layers, images, steps]) => {
          const network = new Network(layers);
          const lead = (x) => { const z = network.forward(x).as.at(-1); return z[4] - z[7]; };
          const sums = [], leads = [];
          for (const image of images) {
            const x = Float32Array.from(image);
            sums.push(network.attribution(x, 4, 7, steps).reduce((a, b) => a + b));
            leads.push(lead(x) - lead(new Float32Array(x.length)));
          }
          return [sums, leads];
        }""",
        [page_data(small(activation))["layers"], rows(images).tolist(), steps],
    )
    assert np.std(leads) > 0.2
    np.testing.assert_allclose(sums, leads, atol=0.03 * np.std(leads))


def test_boxes_are_placed_as_in_python(page):
    rng = np.random.default_rng(0)
    boxes = rng.integers(0, 256, (60, BOX, BOX)).astype(np.uint8)
    boxes[:20] *= rng.random((20, BOX, BOX)) < 0.02  # few pixels, far off the middle
    boxes[20] = 0
    boxes[21], boxes[22] = 0, 0
    boxes[21, 3, 0:2] = boxes[22, 4, 0:2] = 200  # in the middle between two places
    found = page.evaluate(
        "boxes => boxes.map((box) => Array.from(placeByMass(Uint8Array.from(box))))",
        boxes.reshape(60, -1).tolist(),
    )
    np.testing.assert_array_equal(np.array(found).reshape(-1, 28, 28), place_by_mass(boxes))


def ink(strokes):
    """The obvious version of `inkInBox`: the distance of every pixel to every segment."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = (BOX - 0.5 - 2 * PEN) / max(*(high - low), 0.1)
    columns, rows = np.meshgrid(np.arange(BOX) + 0.5, np.arange(BOX) + 0.5)
    pixels = np.stack([columns, rows], axis=-1)
    nearest = np.full((BOX, BOX), np.inf)
    for stroke in strokes:
        path = (np.array(stroke) - (low + high) / 2) * scale + BOX / 2
        for a, b in zip(path, path[1:] if len(path) > 1 else path, strict=False):
            along = ((pixels - a) @ (b - a) / max((b - a) @ (b - a), 1e-12)).clip(0, 1)
            foot = a + along[..., None] * (b - a)
            nearest = np.minimum(nearest, np.linalg.norm(pixels - foot, axis=-1))
    return np.floor(255 * np.clip(0.5 + (PEN - nearest) / BLUR, 0, 1))


def test_ink(page):
    rng = np.random.default_rng(1)
    drawings = [[rng.random((rng.integers(1, 9), 2)) for _ in range(3)] for _ in range(20)]
    drawings += [[np.array([[0.3, 0.4]])], [np.array([[0.3, 0.4], [0.31, 0.4], [0.31, 0.4]])]]
    found = page.evaluate(
        "drawings => drawings.map((strokes) => Array.from(inkInBox(strokes)))",
        [[stroke.tolist() for stroke in strokes] for strokes in drawings],
    )
    for box, strokes in zip(found, drawings, strict=True):
        expected = ink(strokes)
        assert expected.max() == 255
        assert np.abs(np.reshape(box, (BOX, BOX)) - expected).max() <= 1
    assert page.evaluate("Math.max(...inkInBox([]))") == 0


def test_layers_are_shown_in_even_rows(page):
    counts = [1, 2, 30, 64, 97, 100, 400, 800]
    columns = page.evaluate("counts => counts.map(columnsFor)", counts)
    for count, found in zip(counts, columns, strict=True):
        assert 1 <= found <= max(40, count / 4)
        assert count % found == 0 or count == 97
