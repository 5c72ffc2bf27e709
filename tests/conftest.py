"""For every test: no window, no sound, no colours, and no deadline for a test on a busy machine.

The variables are set before pygame or matplotlib can be imported.
"""

import os

from hypothesis import settings

os.environ["SDL_VIDEODRIVER"] = "dummy"
os.environ["SDL_AUDIODRIVER"] = "dummy"
os.environ["MPLBACKEND"] = "Agg"
os.environ["NO_COLOR"] = "1"
os.environ.pop("FORCE_COLOR", None)

settings.register_profile("busy", deadline=None)
settings.load_profile("busy")
