"""Products in tiles: the same numbers as the whole, and no tiles where they would be slow."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from networks import layers as nn
from networks import products
from networks.products import product, tile_height, tiles_pay


@pytest.fixture
def tiles(monkeypatch):
    monkeypatch.setattr(products, "TILES", True)


@pytest.mark.parametrize("order", ["CCC", "CCF", "CFC", "FCC", "FFF"])
@pytest.mark.parametrize("shape", [(40, 1200, 64), (37, 600, 200), (70, 90, 700), (3, 4, 5)])
def test_a_product_is_the_product(shape, order, tiles):
    rows, terms, columns = shape
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(rows, terms)), rng.normal(size=(terms, columns))
    out = np.full((rows, columns), np.nan)
    out, a, b = (np.asarray(x, order=o) for x, o in zip((out, a, b), order, strict=True))
    product(a, b, out)
    np.testing.assert_allclose(out, a @ b, rtol=1e-11, atol=1e-11)


def test_large_products_are_given_as_a_stack(tiles, monkeypatch):
    shapes = []
    monkeypatch.setattr(products.np, "matmul", lambda a, b, out: shapes.append(out.shape))
    product(np.zeros((39, 784)), np.zeros((784, 100)), np.zeros((39, 100)))
    assert shapes == [(4, 8, 100), (7, 100)]


@given(st.integers(1, 2000), st.integers(1, 2000), st.integers(1, 2000))
def test_every_tile_is_a_small_product(rows, terms, columns):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(products, "TILES", True)
        height = tile_height(rows, terms, columns)
    assert height in (0, 4, 8, 16)
    assert height * terms * columns <= products.SMALL
    if rows * terms * columns <= products.SMALL:
        assert height == 0


def test_no_tiles_without_the_kernels(monkeypatch):
    monkeypatch.setattr(products, "TILES", False)
    assert tile_height(512, 784, 64) == 0


@pytest.mark.parametrize(
    ("blas", "features", "threads", "expected"),
    [
        ("scipy-openblas", ["X86_V3", "X86_V4"], "1", True),
        ("openblas64", ["AVX2", "AVX512_SKX"], "1", True),
        ("openblas64", ["AVX2", "AVX512_SKX"], "2", False),
        ("openblas64", ["AVX2"], "1", False),
        ("accelerate", ["ASIMD"], "1", False),
        ("mkl", ["AVX512_SKX"], "1", False),
    ],
)
def test_where_tiles_pay(blas, features, threads, expected, monkeypatch):
    found = {
        "SIMD Extensions": {"found": features},
        "Build Dependencies": {"blas": {"name": blas}},
    }
    monkeypatch.setattr(products.np, "show_config", lambda mode: found)
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", threads)
    assert tiles_pay() is expected


def test_no_tiles_where_numpy_names_neither(monkeypatch):
    monkeypatch.setattr(products.np, "show_config", lambda mode: {})
    assert tiles_pay() is False


def test_threads_are_counted_as_openblas_does(monkeypatch):
    names = ("OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS")
    for name in names:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(products.os, "cpu_count", lambda: 6)
    assert products._threads() == 6
    for count, name in enumerate(reversed(names), 1):
        monkeypatch.setenv(name, str(count))
        assert products._threads() == count
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "many")
    assert products._threads() == 2


@pytest.mark.parametrize("order", ["C", "F"])
def test_a_layer_gives_the_same_with_and_without_tiles(order, monkeypatch):
    rng = np.random.default_rng(0)
    x = np.asarray(rng.normal(size=(784, 64)), order=order)
    delta = rng.normal(size=(200, 64))
    found = []
    for pay in (False, True):
        monkeypatch.setattr(products, "TILES", pay)
        layer = nn.Dense(784, 200)
        nn.allocate(layer, 0, np.float64)
        z = layer.forward(x).copy()
        found.append((z, layer.backward(delta).copy(), layer.w.gradient.copy()))
    for whole, tiled in zip(*found, strict=True):
        np.testing.assert_allclose(whole, tiled, rtol=1e-10, atol=1e-11)
