"""The networks compute with NumPy alone, and know nothing of the game."""

import subprocess
import sys

CODE = """
import sys
import networks.models, networks.training, networks.gradcheck, networks.benchmarks
known = {name.partition(".")[0] for name in sys.modules}
print(*sorted(known & {"env2048", "agents", "numba", "scipy", "torch", "pygame", "matplotlib"}))
"""


def test_nothing_but_numpy_is_loaded():
    result = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, check=True, timeout=60
    )
    assert result.stdout.strip() == ""
