import json
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from PIL import ImageFont

from networks.data import make_templates
from networks.data.classes import CLASSES, DIGITS, characters_of, labels_of
from networks.data.fontlist import HANDWRITING, HELD_OUT, PRINT, UNREADABLE
from networks.data.framing import BASELINE, HIGHEST, LOWEST, fit_to_line, line_scale, place_by_mass
from networks.data.make_templates import distance_field, glyphs_of, ink_of, lining
from networks.data.strokes import WAYS, stroke_templates, write_way
from networks.data.templates import (
    BOX,
    FILE,
    PER_PIXEL,
    SIDE,
    embedded_glyphs,
    quantize,
    read_glyphs,
    write_glyphs,
)
from networks.data.warp import Warp, bounds, distances, half_widths, random_warp

DEJAVU = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"


def test_the_file_is_small_and_made_from_the_list_of_fonts():
    glyphs = embedded_glyphs()
    assert FILE.stat().st_size < 3_000_000
    assert glyphs.names == sorted(HANDWRITING + PRINT)
    assert {
        name for name, held_out in zip(glyphs.names, glyphs.held_out, strict=True) if held_out
    } == HELD_OUT
    for number, name in enumerate(glyphs.names):
        found = characters_of(glyphs.templates.labels[glyphs.templates.fonts == number])
        assert set(found) == set(CLASSES) - set(UNREADABLE.get(name, ""))


def test_every_font_has_its_notice_and_the_licence_is_there():
    page = (FILE.parent / "FONTS.md").read_text(encoding="utf-8")
    for name in HANDWRITING + PRINT:
        (line,) = [line for line in page.splitlines() if line.startswith(f"| {name} |")]
        assert "copyright" in line.lower()
    licence = (FILE.parent / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence and len(licence) > 4000


def test_every_character_has_many_templates_of_both_kinds():
    glyphs = embedded_glyphs()
    tested = glyphs.held_out[glyphs.templates.fonts]
    for part, least in ((tested, 20), (~tested, 90)):
        counts = np.bincount(glyphs.templates.labels[part], minlength=len(CLASSES))
        assert counts.min() >= least, CLASSES[counts.argmin()]


def test_templates_stay_clear_of_the_rim():
    fields = embedded_glyphs().templates.fields
    rim = np.concatenate([fields[:, 0], fields[:, -1], fields[:, :, 0], fields[:, :, -1]])
    assert rim.max() <= -3 * PER_PIXEL


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: b"",
        lambda whole: whole[:1000],
        lambda whole: whole[:5000] + bytes(100) + whole[5100:],
        lambda whole: b"PK\x05\x06" + bytes(18),
        lambda whole: whole.replace(b"PK\x01\x02\x3f\x03\x3f\x00", b"PK\x01\x02\x3f\x03\xff\x00"),
    ],
)
def test_a_damaged_file_is_named(tmp_path, damage):
    path = tmp_path / "glyphs.npz"
    path.write_bytes(damage(FILE.read_bytes()))
    with pytest.raises(ValueError, match="install the package again") as caught:
        read_glyphs(path)
    assert str(caught.value).startswith(f"{path}: ")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ValueError, match="missing"):
        read_glyphs(tmp_path / "glyphs.npz")


def test_writing_and_reading(tmp_path):
    glyphs = embedded_glyphs()
    glyphs = glyphs._replace(templates=glyphs.templates.select(np.arange(40)))
    for name in ("a", "b"):
        write_glyphs(tmp_path / name, glyphs)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    again = read_glyphs(tmp_path / "a")
    assert again.names == glyphs.names
    for mine, theirs in zip(again.templates, glyphs.templates, strict=True):
        np.testing.assert_array_equal(mine, theirs)
        assert mine.dtype == theirs.dtype


def disc(radius, side):
    places = np.arange(side) - (side - 1) / 2
    return np.hypot(places[:, None], places) < radius


def test_the_distance_field_of_a_disc():
    field = distance_field(disc(99.5, 199))
    places = np.arange(SIDE) - (SIDE - 1) / 2
    exact = BOX / 2 - np.hypot(places[:, None], places)
    np.testing.assert_allclose(field, exact, atol=0.1)


def test_ink_is_measured_from_the_baseline():
    font = ImageFont.truetype(str(DEJAVU), 200)
    ink, top = ink_of(font, "E")
    assert ink[0].any() and ink[-1].any() and ink[:, 0].any() and ink[:, -1].any()
    assert abs(ink.shape[0] + top) <= 1  # it stands on the line
    assert ink_of(font, " ") is None


def test_making_templates_from_a_font(tmp_path, monkeypatch, capsys):
    folder = tmp_path / "fonts" / "dejavu"
    (folder / "files").mkdir(parents=True)
    (folder / "files" / "dejavu-latin-400-normal.woff").write_bytes(DEJAVU.read_bytes())
    licence = "Copyright Me Italic.ttf: and others\n\nThis Font Software is licensed under the\n"
    (folder / "LICENSE").write_text(licence + "SIL OPEN FONT LICENSE Version 1.1")
    metadata = folder / "metadata.json"
    metadata.write_text(json.dumps({"license": {"type": "OFL-1.1"}}))
    monkeypatch.setattr(make_templates, "HANDWRITING", ["dejavu"])
    monkeypatch.setattr(make_templates, "PRINT", [])
    monkeypatch.setattr(make_templates, "UNREADABLE", {"dejavu": "&"})

    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["make_templates", *map(str, arguments)])
        make_templates.main()

    run(tmp_path / "fonts", "-o", tmp_path)
    glyphs = read_glyphs(tmp_path / "glyphs.npz")
    templates = glyphs.templates
    assert glyphs.names == ["dejavu"] and not glyphs.held_out.any()
    assert characters_of(templates.labels) == CLASSES.replace("&", "")
    assert "| dejavu | training | 73 | Copyright Me |" in (tmp_path / "FONTS.md").read_text()

    def edges(character):
        (place,) = np.flatnonzero(templates.labels == labels_of(character))
        half = templates.sizes[place, 1] * templates.pitches[place] / 2
        return templates.rows[place] - half, templates.rows[place] + half

    capital = BASELINE - edges("H")[0]
    assert edges("H")[1] == pytest.approx(BASELINE, abs=0.1)
    assert 13 <= capital <= 16.1
    assert edges("x")[0] > edges("H")[0] + 0.2 * capital
    assert edges("p")[1] > BASELINE + 2
    assert edges("1")[0] == pytest.approx(edges("H")[0], abs=0.5)

    run("--packages")
    assert capsys.readouterr().out == "@fontsource/dejavu\n"
    with pytest.raises(SystemExit):
        run()
    metadata.write_text(json.dumps({"license": {"type": "Apache-2.0"}}))
    with pytest.raises(ValueError, match="not under the SIL Open Font License"):
        run(tmp_path / "fonts", "-o", tmp_path)


def test_fonts_of_small_capitals_are_refused():
    glyphs = {CLASSES[glyph.label]: glyph for glyph in glyphs_of(DEJAVU)}
    honest = make_templates.on_the_line(list(glyphs.values()), 0, "")
    assert make_templates.small_capitals(honest) == ""
    for small in "aeg":
        glyphs[small] = glyphs[small.upper()]._replace(label=int(labels_of(small)[0]))
    fake = make_templates.on_the_line(list(glyphs.values()), 0, "")
    assert make_templates.small_capitals(fake) == "aeg"


def test_old_style_figures_become_lining():
    five = glyphs_of(DEJAVU)[5]
    assert lining(five, five.top) == five
    low = five._replace(top=five.height / 2)
    lined = lining(low, 2 * five.height)
    assert (lined.top, lined.height) == (2 * five.height, 2 * five.height)
    assert lined.width / lined.height == pytest.approx(five.width / five.height)


def test_the_scale_of_the_line():
    assert line_scale(1.0, 1.0, 0.1) == 16
    assert line_scale(1.0, 1.0, 0.4) == pytest.approx(5.5 / 0.4)  # hanging letters need room
    assert line_scale(1.0, 2.0, 0.1) == 13  # but capitals stay large enough
    assert fit_to_line(HIGHEST, LOWEST) == 1
    assert fit_to_line(HIGHEST * 2, 0) == 0.5
    assert fit_to_line(1, LOWEST * 4) == 0.25


def test_boxes_are_placed_by_their_mass():
    boxes = np.zeros((4, 20, 20), dtype=np.uint8)
    boxes[0, :, :] = 9  # even
    boxes[1, 5, 7] = 200  # a dot
    boxes[2, 0, 0] = 1  # would need to go further than there is room
    images = place_by_mass(boxes)
    assert (images[0, 4:24, 4:24] == 9).all() and images[0].sum() == 9 * 400
    row, column = np.argwhere(images[1])[0]
    assert abs(row + 0.5 - 14) <= 0.5 and abs(column + 0.5 - 14) <= 0.5
    assert images[2, 8, 8] == 1
    assert not images[3].any()


def test_ways_of_writing_have_parts_in_place():
    assert "".join(WAYS) == DIGITS
    for ways in WAYS.values():
        assert len(ways) == len(set(ways)) >= 5
        for way in ways:
            path = write_way(way, 3, np.random.default_rng(0))
            assert path.shape[0] == 3 and path.shape[2] == 2
            assert path.min() > -1 and path.max() < 2


def test_stroke_templates_are_repeatable_and_fill_their_box():
    templates = stroke_templates()
    stroke_templates.cache_clear()
    np.testing.assert_array_equal(templates.fields, stroke_templates().fields)
    assert set(templates.labels) == set(range(10)) and (templates.fonts == -1).all()
    np.testing.assert_allclose(templates.sizes.max(axis=1), BOX, rtol=1e-5)
    rows = np.flatnonzero((templates.fields > 0).any(axis=(0, 2)))
    assert SIDE - 1 - rows[-1] == rows[0] == (SIDE - BOX) // 2
    bottoms = templates.rows + templates.pitches * templates.sizes[:, 1] / 2
    np.testing.assert_allclose(bottoms, BASELINE, rtol=1e-5)


def still(templates):
    """No warp at all."""
    return random_warp(templates.sizes, 0, 0, 0, 0, 0, np.random.default_rng(0))


def test_without_a_warp_a_template_is_looked_up_as_it_is():
    templates = embedded_glyphs().templates.select(np.arange(0, 2000, 97))
    count = len(templates.labels)
    places = np.tile(np.arange(-12, 12, dtype=np.float32) + 0.5, (count, 1))
    near = distances(templates, np.arange(count), still(templates), places, places)
    np.testing.assert_allclose(near, templates.fields[:, 4:28, 4:28], atol=1e-2)


def test_between_points_the_distance_is_between():
    templates = embedded_glyphs().templates.select(np.arange(3))
    whole = templates.fields.astype(float)
    places = np.tile(np.arange(-10, 10, dtype=np.float32), (3, 1))
    near = distances(templates, np.arange(3), still(templates), places, places)
    mean = (whole[:, :-1, :-1] + whole[:, 1:, :-1] + whole[:, :-1, 1:] + whole[:, 1:, 1:]) / 4
    np.testing.assert_allclose(near, mean[:, 5:25, 5:25], atol=1e-2)


def test_bounds_are_those_of_a_fine_grid():
    templates = embedded_glyphs().templates.select(np.arange(0, 9000, 151))
    count = len(templates.labels)
    every = np.arange(count)
    warp = random_warp(templates.sizes, 10, 0.3, 0.1, 0.2, 1.2, np.random.default_rng(3))
    lows, highs = bounds(templates, every, warp)
    places = np.tile(np.linspace(-30, 30, 481, dtype=np.float32), (count, 1))
    for axis in (0, 1):
        found = []
        for start in range(0, count, 16):
            part = slice(start, start + 16)
            bent = Warp(warp.inverse[part], warp.bends[:, part], warp.spans[part])
            fine = distances(templates, every[part], bent, places[part], places[part])
            found.append((fine > 0).any(axis=1 + axis))
        ink = np.concatenate(found)
        first = places[0][ink.argmax(axis=1)]
        last = places[0][480 - ink[:, ::-1].argmax(axis=1)]
        errors = np.concatenate([lows[:, axis] - first, highs[:, axis] - last])
        assert np.quantile(abs(errors), 0.95) < 1.0
        assert abs(np.median(errors)) < 0.2


def test_a_warp_keeps_area_and_leans_to_the_right():
    sizes = np.full((2000, 2), 20, dtype=np.float32)
    warp = random_warp(sizes, 10, 0.3, 0.2, 0.2, 1.0, np.random.default_rng(0))
    np.testing.assert_allclose(np.linalg.det(warp.inverse), 1, rtol=1e-4)
    # A place above the middle of the image shows what on the upright glyph is further left.
    above = warp.inverse @ np.array([0.0, -10.0], dtype=np.float32)
    assert above[:, 0].mean() < -1


def test_half_widths_of_bars():
    shifts = np.linspace(-0.5, 0.5, 50, endpoint=False)[:, None, None]
    columns = abs(np.arange(SIDE) - (SIDE - 1) / 2 - shifts)  # [50, 1, SIDE]
    for width in (0.7, 1.0, 2.0, 3.0):
        bars = quantize(np.broadcast_to(width - columns, (50, SIDE, SIDE)))
        assert half_widths(bars).mean() == pytest.approx(width, rel=0.05)
