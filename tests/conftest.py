"""For every test: no window, no sound, no colours, and no deadline for a test on a busy machine.

Where several processes share the tests, each multiplies matrices on one thread: with more, they
wait for each other. The variables are set before NumPy, pygame or matplotlib can be imported.
Ctrl-C interrupts, also where a shell that started the tests in the background has had it ignored.
"""

import os
import signal

from hypothesis import settings

os.environ["SDL_VIDEODRIVER"] = "dummy"
os.environ["SDL_AUDIODRIVER"] = "dummy"
os.environ["MPLBACKEND"] = "Agg"
os.environ["NO_COLOR"] = "1"
os.environ.pop("FORCE_COLOR", None)
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("busy", deadline=None)
settings.load_profile("busy")
