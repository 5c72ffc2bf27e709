import pytest

from env2048.errors import DisplayError
from env2048.render.display import has_display, require_display


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, False),
        ({"DISPLAY": ":0"}, True),
        ({"DISPLAY": ""}, False),
        ({"WAYLAND_DISPLAY": "wayland-0"}, True),
        ({"SDL_VIDEODRIVER": "dummy"}, True),
        ({"SDL_VIDEODRIVER": "offscreen"}, True),
        ({"SDL_VIDEODRIVER": "kmsdrm"}, True),
        ({"SDL_VIDEODRIVER": ""}, False),
        ({"SDL_VIDEODRIVER": "x11"}, False),
        ({"SDL_VIDEODRIVER": "x11", "DISPLAY": ":0"}, True),
        ({"SDL_VIDEODRIVER": "wayland", "DISPLAY": ":0"}, False),
        ({"SDL_VIDEODRIVER": "wayland, x11", "DISPLAY": ":0"}, True),
        ({"SDL_VIDEODRIVER": "X11,dummy"}, True),
    ],
)
def test_on_linux(no_display, environment, expected):
    for name, value in environment.items():
        no_display.setenv(name, value)
    assert has_display() is expected


@pytest.mark.parametrize(
    ("platform", "expected"), [("win32", True), ("darwin", True), ("freebsd14", False)]
)
def test_on_other_systems(no_display, platform, expected):
    no_display.setattr("sys.platform", platform)
    assert has_display() is expected


def test_the_error_is_one_line_with_the_alternatives(no_display):
    with pytest.raises(DisplayError) as error:
        require_display()
    message = str(error.value)
    assert "\n" not in message
    for alternative in ("rgb_array", "--gif", "--record", "SDL_VIDEODRIVER=dummy"):
        assert alternative in message
    no_display.setenv("DISPLAY", ":0")
    require_display()
