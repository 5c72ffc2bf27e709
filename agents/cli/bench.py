"""`scratch2048 bench`: how fast this machine plays, learns and draws."""

from dataclasses import asdict, dataclass
from typing import Annotated, Literal

from tyro.conf import Positional, arg

from agents.cli.command import Count, JsonCommand
from env2048.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class Bench(JsonCommand):
    """Measures throughput on one core: medians of several rounds."""

    group: Annotated[
        Positional[Literal["all", "env", "agents", "nets"]],
        arg(metavar="[{all,env,agents,nets}]"),
    ] = "all"
    """What to measure."""
    rounds: Count = 7
    """Rounds of which the median counts."""

    def check(self) -> None:
        """Checks the number of rounds."""
        if self.rounds < 1:
            raise UsageError(f"--rounds must be 1 or more, not {self.rounds}")

    def run(self) -> None:
        """Measures and prints."""
        from agents.benchmarks import measure

        groups = ["env", "agents", "nets"] if self.group == "all" else [self.group]
        results = []
        for result in measure(groups, self.rounds):
            results.append(result)
            if not self.json:
                ratio = (
                    "" if result.ratio is None else f"  {result.ratio:.2f} of {result.reference}"
                )
                width = 36 if result.name.startswith("nets.") else 16
                self.stdout.print(
                    f"{result.name:<{width}}{result.rate:>14,.0f} {result.unit}{ratio}"
                )
        if self.json:
            self.print_json({"results": [asdict(result) for result in results]})
