"""The page on which one draws a digit, as a visitor meets it."""

import re
import threading

import numpy as np
import pytest
from pages import CONTRASTS, OVERFLOWING, SMALL_TARGETS, wait_until

from networks.demos.draw import PageServer, draw_page, export
from networks.weights import load

DIGITS = {
    "0": [[(55, 15), (36, 25), (30, 50), (38, 75), (55, 84), (68, 70), (70, 40), (55, 15)]],
    "1": [[(54, 12), (52, 50), (49, 86)]],
    "2": [[(30, 28), (42, 15), (62, 18), (66, 35), (48, 60), (28, 84), (48, 82), (74, 83)]],
    "3": [[(30, 20), (50, 14), (66, 26), (46, 46), (68, 58), (66, 76), (48, 86), (28, 78)]],
    "4": [[(38, 14), (30, 36), (28, 54), (48, 54), (72, 52)], [(62, 20), (60, 50), (58, 88)]],
    "5": [[(68, 15), (38, 16), (34, 46), (54, 44), (68, 58), (62, 80), (44, 86), (28, 78)]],
    "6": [[(62, 12), (42, 34), (33, 62), (44, 84), (62, 80), (66, 64), (52, 55), (35, 68)]],
    "7": [[(28, 18), (50, 17), (72, 16), (60, 44), (48, 86)]],
    "8": [[(62, 22), (46, 14), (36, 26), (64, 62), (58, 82), (42, 84), (36, 68), (62, 22)]],
    "9": [[(66, 28), (50, 16), (36, 30), (42, 46), (58, 44), (66, 28), (64, 56), (58, 86)]],
}  # fmt: skip
"""Strokes through points in hundredths of the drawing area."""

INK = """(() => {
  const [[x, y]] = pad.strokes[0];
  const side = pad.canvas.width;
  const pixel = pad.canvas.getContext("2d").getImageData(x * side, y * side, 1, 1);
  return [...pixel.data.slice(0, 3)];
})()"""
"""The colour in which the first point of a drawing is painted."""

PHONE = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2, "has_touch": True}


@pytest.fixture(scope="module")
def model():
    return load("digits")


@pytest.fixture(scope="module")
def on_disk(model, tmp_path_factory):
    """The address of the exported page."""
    return export(model, tmp_path_factory.mktemp("page")).as_uri()


@pytest.fixture
def page(open_page, on_disk):
    return open_page(on_disk)


def places(page, stroke):
    """Where the points of a stroke are on the screen."""
    area = page.locator("#pad").bounding_box()
    return [
        (area["x"] + x / 100 * area["width"], area["y"] + y / 100 * area["height"])
        for x, y in stroke
    ]


def draw(page, strokes, lift=True):
    """With the mouse."""
    for stroke in strokes:
        first, *others = places(page, stroke)
        page.mouse.move(*first)
        page.mouse.down()
        for place in others:
            page.mouse.move(*place)
        if lift:
            page.mouse.up()


def expect_answer(page, digit):
    wait_until(page, "digit => element('answer').textContent === digit", digit)


def settle(page):
    """Waits until all that has changed is shown."""
    wait_until(page, "frame === null && mattered === null && pad.writing === null")


def strokes_drawn(page):
    return page.evaluate("pad.strokes.length")


def inked(page, name):
    """How many pixels of a picture differ from its most frequent colour."""
    return page.evaluate(
        """name => {
          const canvas = element(name);
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          const counts = new Map();
          for (let i = 0; i < data.length; i += 4) {
            const color = data.slice(i, i + 3).join();
            counts.set(color, (counts.get(color) ?? 0) + 1);
          }
          return data.length / 4 - Math.max(...counts.values());
        }""",
        name,
    )


def test_all_digits_drawn_with_the_mouse_are_read(page):
    for digit, strokes in DIGITS.items():
        draw(page, strokes)
        settle(page)
        assert page.locator("#answer").inner_text() == digit
        assert page.locator("tr.first th").inner_text() == digit
        page.keyboard.press("Escape")


def test_the_answer_comes_while_drawing(page):
    draw(page, DIGITS["7"], lift=False)
    expect_answer(page, "7")
    settle(page)
    assert inked(page, "pad") > 500
    assert inked(page, "sees") > 40
    assert inked(page, "mattered") > 40
    page.mouse.move(0, 0)
    page.mouse.up()
    assert re.match(
        r"Hidden layer 1: [1-9]\d* of \d+ units above 0", page.locator("#layers").inner_text()
    )


def test_the_other_mouse_buttons_draw_nothing(page):
    page.locator("#pad").click(button="middle")
    assert strokes_drawn(page) == 0


def test_undo_and_clear(page):
    undo, clear = (page.get_by_role("button", name=name) for name in ("Undo", "Clear"))
    assert undo.get_attribute("aria-disabled") == clear.get_attribute("aria-disabled") == "true"
    draw(page, DIGITS["4"])
    assert strokes_drawn(page) == 2
    clear.click()
    settle(page)
    assert strokes_drawn(page) == 0
    assert page.locator("#answer").inner_text() == "–"
    assert page.locator("#hint").is_visible()
    undo.click()  # the clearing
    expect_answer(page, "4")
    assert strokes_drawn(page) == 2
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    settle(page)
    assert strokes_drawn(page) == 0
    assert undo.get_attribute("aria-disabled") == "true"
    undo.click(force=True)  # it says that it is disabled, but keeps the focus
    assert strokes_drawn(page) == 0


@pytest.mark.parametrize(
    ("key", "left"), [("Control+z", 1), ("Delete", 0), ("Space", 3), ("Enter", 2)]
)
def test_keys_end_a_stroke_of_the_mouse(page, key, left):
    """What the mouse still moves then belongs to no stroke, earlier ones and the keys' included."""
    draw(page, DIGITS["1"])
    before = page.evaluate("JSON.stringify(pad.strokes)")
    first, second = places(page, [(20, 20), (80, 80)])
    page.mouse.move(*first)
    page.mouse.down()
    page.keyboard.press(key)
    after = page.evaluate("JSON.stringify(pad.strokes)")
    page.mouse.move(*second)
    page.mouse.up()
    assert strokes_drawn(page) == left
    if key != "Enter":  # which is no key of the drawing area: the stroke goes on
        assert page.evaluate("JSON.stringify(pad.strokes)") == after
    if left:
        assert page.evaluate("JSON.stringify(pad.strokes.slice(0, 1))") == before


def test_drawing_with_keys_alone(page):
    page.keyboard.press("Tab")
    pad = page.locator("#pad")
    assert pad.evaluate("pad => pad === document.activeElement")
    assert pad.evaluate("pad => parseFloat(getComputedStyle(pad).outlineWidth)") >= 2
    page.keyboard.press("Space")
    for key in ["ArrowDown"] * 12 + ["Shift+ArrowLeft"] * 2:
        page.keyboard.press(key)
    wait_until(page, "element('status').textContent.startsWith('Pen down. 1, ')")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowUp")  # the pen is up: no more ink
    wait_until(page, "element('status').textContent.startsWith('1, ')")
    assert strokes_drawn(page) == 1
    page.keyboard.press("Backspace")
    assert strokes_drawn(page) == 0
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    wait_until(page, "element('status').textContent === 'Nothing is drawn'")


def test_examples_by_keyboard(page):
    page.get_by_role("button", name="Write a 0").focus()
    for digit in ("0", "1", "2"):
        page.keyboard.press("Enter")
        settle(page)
        assert page.locator("#answer").inner_text() == digit
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # and undone while it writes itself
    page.keyboard.press("Control+z")
    settle(page)
    assert page.locator("#answer").inner_text() == "2"


def test_every_example_is_read(page):
    wrong = page.evaluate(
        """() => Object.entries(DATA.examples).flatMap(([digit, ways]) => ways.map((way) => {
          const x = Float32Array.from(placeByMass(inkInBox(way)), (value) => value / 255);
          const logits = NETWORK.forward(x).as.at(-1);
          return [digit, String(logits.indexOf(Math.max(...logits)))];
        })).filter(([digit, answer]) => digit !== answer)"""
    )
    assert wrong == []


def test_touch(open_page, on_disk):
    page = open_page(on_disk, is_mobile=True, **PHONE)
    touch = page.context.new_cdp_session(page)

    def send(kind, *points):
        fingers = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})

    first, *others = places(page, DIGITS["2"][0])
    elsewhere = places(page, [(90, 90)])[0]
    send("touchStart", first)
    send("touchStart", first, elsewhere)  # a second finger, which draws nothing
    for place in others:
        send("touchMove", place, elsewhere)
    send("touchEnd")
    expect_answer(page, "2")
    assert strokes_drawn(page) == 1
    assert page.evaluate("scrollY") == 0


def test_a_pen_and_what_the_system_takes_away(page):
    events = page.context.new_cdp_session(page)
    for kind, (x, y) in zip(
        ["mousePressed", "mouseMoved", "mouseMoved", "mouseReleased"],
        places(page, [*DIGITS["1"][0], DIGITS["1"][0][-1]]),
        strict=True,
    ):
        pen = {
            "type": kind,
            "x": x,
            "y": y,
            "button": "left",
            "clickCount": 1,
            "pointerType": "pen",
        }
        events.send("Input.dispatchMouseEvent", pen)
    expect_answer(page, "1")
    page.evaluate(
        """() => {
          pad.canvas.setPointerCapture = () => {};
          for (const kind of ["pointerdown", "pointercancel"]) {
            pad.canvas.dispatchEvent(new PointerEvent(kind, { pointerId: 9, button: 0 }));
          }
        }"""
    )
    assert strokes_drawn(page) == 1  # what was broken off is not kept


def test_what_it_answers_is_what_python_answers(page, model):
    for digit in ("4", "8"):
        draw(page, DIGITS[digit])
        settle(page)
        image = page.evaluate("Array.from(reading.image)")
        logits = page.evaluate("Array.from(reading.logits)")
        x = np.array([image], np.float32) / np.float32(255)
        expected = model.network.forward(model.as_input(x))[:, 0]
        np.testing.assert_allclose(logits, expected, atol=1e-4, rtol=0)
        shown = page.evaluate("softmax(reading.logits)")
        np.testing.assert_allclose(shown, model.predict(x)[0], atol=1e-5)
        page.keyboard.press("Escape")


def test_from_a_server(open_page, model):
    with PageServer(draw_page(model)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            page = open_page(server.url)
            draw(page, DIGITS["3"])
            expect_answer(page, "3")
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_nothing_is_wider_than_the_screen(open_page, on_disk, width):
    page = open_page(on_disk, viewport={"width": width, "height": 700})
    draw(page, DIGITS["8"])
    settle(page)
    assert page.evaluate(OVERFLOWING) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(SMALL_TARGETS) == []
    page.set_viewport_size({"width": 760, "height": 700})  # the drawing goes with its area
    wait_until(page, "pad.canvas.width === pad.canvas.clientWidth")
    assert page.evaluate(OVERFLOWING) == []
    assert inked(page, "pad") > 500


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read_by_day_and_by_night(open_page, on_disk, scheme):
    page = open_page(on_disk, color_scheme=scheme)
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    brightness = np.mean([int(number) for number in re.findall(r"\d+", paper)])
    assert brightness > 200 if scheme == "light" else brightness < 50
    for strokes in ([], DIGITS["5"]):
        draw(page, strokes)
        settle(page)
        found = page.evaluate(CONTRASTS)
        assert len(found) > 30
        assert [each for each in found if each["ratio"] < 4.5] == []
    before = page.evaluate(INK)
    page.emulate_media(color_scheme="dark" if scheme == "light" else "light")
    wait_until(page, f"before => JSON.stringify({INK}) !== JSON.stringify(before)", before)
    ink = page.evaluate("themeColor('ink')")
    assert np.abs(np.subtract(page.evaluate(INK), ink)).max() <= 1  # what is drawn already, too


def test_no_motion_for_those_who_want_none(open_page, on_disk):
    page = open_page(on_disk, reduced_motion="reduce")
    page.get_by_role("button", name="Write a 6").click()
    assert page.evaluate("pad.writing") is None
    assert page.evaluate("pad.strokes.flat().length === DATA.examples[6][0].flat().length")
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.bar')).transitionDuration") == "0s"
    )


def test_everything_has_a_name(page):
    draw(page, DIGITS["3"])
    settle(page)
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll("button, canvas, section")]
          .filter((each) => !each.textContent.trim() && !each.ariaLabel)
          .filter((each) => !each.hasAttribute("aria-labelledby"))
          .map((each) => each.outerHTML)"""
    )
    assert unnamed == []
    assert page.locator("html").get_attribute("lang") == "en"
    status = page.get_by_role("status")
    wait_until(page, "element('status').textContent.startsWith('3, ')")
    assert status.inner_text().startswith("3, ")
    assert page.get_by_role("row", name="3").count() >= 1
    assert re.match(r"Why 3 and not \d", page.locator("#mattered-key").inner_text())
