import numpy as np
import pytest

from networks.data.sheet import contact_sheet


def test_a_sheet_has_every_image_in_reading_order():
    images = np.arange(1, 6, dtype=np.uint8)[:, None, None] * np.ones((1, 2, 3), dtype=np.uint8)
    sheet = contact_sheet(images, columns=2, gap=1)
    assert sheet.shape == (8, 7) and sheet.dtype == np.uint8
    assert sheet[0].tolist() == [1, 1, 1, 64, 2, 2, 2]
    assert sheet[3, ::4].tolist() == [3, 4]
    assert sheet[7].tolist() == [5, 5, 5, 64, 0, 0, 0]
    assert contact_sheet(images, columns=9, gap=0, enlarge=2).shape == (4, 30)


def test_an_empty_sheet_is_refused():
    with pytest.raises(ValueError, match="one of each"):
        contact_sheet(np.zeros((0, 28, 28), dtype=np.uint8))
    with pytest.raises(ValueError, match="one of each"):
        contact_sheet(np.zeros((1, 28, 28), dtype=np.uint8), columns=0)
