"""The launcher of `scratch2048`: makes sure that `agents` is ours, then starts the command line."""

import importlib.util
import sys
from pathlib import Path


def main() -> int:
    """Runs the command line and returns its exit code."""
    ours = Path(__file__).resolve().parents[1] / "agents"
    found = importlib.util.find_spec("agents")
    places = [Path(place).resolve() for place in (found and found.submodule_search_locations) or []]
    if ours not in places:
        other = "is missing" if found is None else f"is {found.origin or places[0]}"
        print(
            f"scratch2048: the top-level package 'agents' {other} (openai-agents has it too): "
            "install scratch2048 in a virtual environment of its own",
            file=sys.stderr,
        )
        return 1
    try:
        from agents.cli.main import main as run

        return run()
    except KeyboardInterrupt:  # while it was still being imported
        return 130


if __name__ == "__main__":
    sys.exit(main())
