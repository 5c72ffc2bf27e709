"""`scratch2048 bench`: how fast this machine plays, learns and draws."""

from dataclasses import asdict, dataclass
from typing import Literal

from tyro.conf import Positional

from agents.cli.command import JsonCommand


@dataclass(frozen=True, kw_only=True)
class Bench(JsonCommand):
    """Measures throughput on one core: medians of several rounds."""

    what: Positional[Literal["all", "env", "agents"]] = "all"
    """What to measure."""
    rounds: int = 5
    """Rounds of which the median counts."""

    def run(self) -> None:
        """Measures and prints."""
        from agents.benchmarks import measure
        from env2048.errors import UsageError

        if self.rounds < 1:
            raise UsageError(f"--rounds must be 1 or more, not {self.rounds}")
        groups = ["env", "agents"] if self.what == "all" else [self.what]
        results = []
        for result in measure(groups, self.rounds):
            results.append(result)
            if not self.json:
                ratio = (
                    "" if result.ratio is None else f"  {result.ratio:.2f} of {result.reference}"
                )
                self.stdout.print(f"{result.name:<16}{result.rate:>14,.0f} {result.unit}{ratio}")
        if self.json:
            self.print_json({"results": [asdict(result) for result in results]})
