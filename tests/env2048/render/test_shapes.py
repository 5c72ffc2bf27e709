import numpy as np
import pytest

from env2048.render import shapes, theme


@pytest.mark.parametrize("radius", [0, 3, 9.5])
def test_a_rounded_box_has_the_area_of_one(radius):
    box = shapes.rounded_box(60, 40, radius, (1, 2, 3))
    assert box.shape == (40, 60, 4)
    area = box[..., 3].sum() / 255
    assert area == pytest.approx(60 * 40 - (4 - np.pi) * radius**2, rel=2e-3)
    assert (box[..., :3] == (1, 2, 3)).all()
    assert np.array_equal(box, box[::-1]) and np.array_equal(box, box[:, ::-1])


def test_distances():
    outside = shapes.distance_outside(10, 10, 2, margin=2)
    assert outside[5, 0] == pytest.approx(1.5)
    assert outside[5, 2] == pytest.approx(-0.5)
    # The centre of the corner's arc is (4, 4); the pixel's own centre (0.5, 0.5).
    assert outside[0, 0] == pytest.approx(np.hypot(3.5, 3.5) - 2)


def test_a_tile_ends_where_the_gap_begins():
    tile = shapes.tile_body(5, cell=20, gap=4, radius=2)
    assert tile.shape == (24, 24, 4)
    assert tuple(tile[12, 12]) == (*theme.TILES[5], 255)
    assert (tile[12, [0, 1, 22, 23], 3] == 0).all() and (tile[12, [2, 21], 3] == 255).all()


def test_some_tiles_glow_into_the_gap():
    glow = [int(shapes.tile_body(k, 100, 12, 4)[56, :6, 3].sum()) for k in range(18)]
    assert all(glow[k] == 0 for k in range(18) if not 7 <= k <= 11)
    assert 0 < glow[7] < glow[8] < glow[9] < glow[10] < glow[11]


def test_arrows_point_where_the_moves_go():
    for action, (axis, forwards) in enumerate([(1, False), (0, True), (1, True), (0, False)]):
        alpha = shapes.arrow(32, action, (0, 0, 0))[..., 3].astype(float)
        breadth = (alpha > 127).sum(axis=axis)
        head, shaft = (breadth[17:], breadth[:13]) if forwards else (breadth[:15], breadth[19:])
        assert head.max() > 2 * shaft.max() > 0
