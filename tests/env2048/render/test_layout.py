import pytest

from env2048.render.layout import LARGEST_SIZE, Box, Layout

SIZES = [2, 3, 4, 5, 7, 8, 16, 33, 64]


def overlap(a: Box, b: Box) -> bool:
    return a.left < b.right and b.left < a.right and a.top < b.bottom and b.top < a.bottom


@pytest.mark.parametrize("scale", [0.5, 1.0, 1.37, 3.0])
@pytest.mark.parametrize("size", SIZES)
def test_nothing_overlaps_or_sticks_out(size, scale):
    layout = Layout(size, scale)
    boxes = [layout.title, layout.score_box(0), layout.score_box(1), layout.status, layout.board]
    boxes += [layout.value_box(i) for i in range(4)]
    for i, box in enumerate(boxes):
        assert box.left >= 0 and box.top >= 0
        assert box.right <= layout.width and box.bottom <= layout.height
        assert not any(overlap(box, other) for other in boxes[:i])


@pytest.mark.parametrize("size", SIZES)
def test_cells_fill_the_board(size):
    layout = Layout(size)
    first, last = layout.corner(0, 0), layout.corner(size - 1, size - 1)
    assert first == (layout.board.left + layout.gap, layout.board.top + layout.gap)
    assert last[0] + layout.cell + layout.gap == layout.board.right
    assert last[1] + layout.cell + layout.gap == layout.board.bottom
    assert layout.board.width > 0.85 * 460


def test_size_four():
    layout = Layout(4)
    assert (layout.width, layout.height, layout.cell, layout.gap) == (500, 600, 100, 12)
    assert layout.board == Box(20, 106, 460, 460)
    assert (Layout(4, 0.5).width, Layout(4, 0.5).height) == (250, 300)


@pytest.mark.parametrize(("size", "scale"), [(1, 1), (LARGEST_SIZE + 1, 1), (4, 0), (4, -1)])
def test_rejects(size, scale):
    with pytest.raises(ValueError, match="not"):
        Layout(size, scale)
