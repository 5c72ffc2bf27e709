"""Is there a screen to open a window on?"""

import os
import sys

from env2048.errors import DisplayError

_NEEDS = {"x11": "DISPLAY", "wayland": "WAYLAND_DISPLAY"}


def has_display() -> bool:
    """Whether a window can be expected to open, and to be seen or wanted unseen.

    macOS and Windows always have a display. Elsewhere DISPLAY or WAYLAND_DISPLAY must be set, or
    SDL_VIDEODRIVER name a driver that needs neither, as `dummy` (nothing is shown: for tests).
    SDL is not asked: without a display it may silently choose a driver that shows nothing.
    """
    if sys.platform in ("win32", "cygwin", "darwin"):
        return True
    drivers = requested_drivers()
    if not drivers:
        return any(os.environ.get(variable) for variable in _NEEDS.values())
    return any(driver not in _NEEDS or os.environ.get(_NEEDS[driver]) for driver in drivers)


def requested_drivers() -> list[str]:
    """The names in SDL_VIDEODRIVER, which may list several, in lower case."""
    names = os.environ.get("SDL_VIDEODRIVER", "").split(",")
    return [name.strip().lower() for name in names if name.strip()]


def require_display() -> None:
    """Raises DisplayError, with what to do instead, if there is no display."""
    if not has_display():
        raise no_display("neither DISPLAY nor WAYLAND_DISPLAY is set")


def no_display(reason: str) -> DisplayError:
    """The error for a window that cannot be opened, in one line."""
    return DisplayError(
        f"no display for a window ({reason}): use scratch2048 watch with --record FILE or "
        '--gif FILE, render_mode="rgb_array" in Python, or SDL_VIDEODRIVER=dummy to run without '
        "seeing it"
    )
