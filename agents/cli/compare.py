"""`scratch2048 compare`: several agents on the same games, side by side."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated

from tyro.conf import Positional, arg

from agents.cli.command import Count, Flag, JsonCommand, OptionalCount, Seed
from agents.cli.games import check_games, check_seed, check_workers
from agents.cli.search import check_plies
from env2048.errors import UsageError

if TYPE_CHECKING:
    from agents.base import Agent
    from agents.cli.show import Compared


@dataclass(frozen=True, kw_only=True)
class Compare(JsonCommand):
    """Plays the same games with several agents and prints what they came to, in one table."""

    agents: Annotated[
        tuple[str, ...], arg(metavar="[AGENT...]", help_behavior_hint=""), Positional
    ] = ()
    """Names, run folders, checkpoints, or MaskablePPO models of Stable-Baselines3 (.zip: from
    sources that you trust, they can hold code). By default all that have a name."""
    games: Count = 1000
    """How many games."""
    seed: Seed = None
    """Game i is that of an environment reset with seed + i, for every agent."""
    search: OptionalCount = None
    """Let those that can look ahead also play with so many layers of their moves."""
    search_games: OptionalCount = None
    """How many of the games are played with --search; by default all."""
    workers: OptionalCount = None
    """Threads; by default one per core. Only the speed depends on it."""
    markdown: Flag = False
    """Print the table in Markdown."""

    def check(self) -> None:
        """Checks the ranges, and that the options go together."""
        check_games(self.games)
        check_seed(self.seed)
        check_plies(self.search)
        check_workers(self.workers)
        if self.search_games is not None:
            if self.search is None:
                raise UsageError("--search-games goes with --search")
            if not 1 <= self.search_games <= self.games:
                raise UsageError(
                    f"--search-games must be 1 to {self.games} (--games), not {self.search_games}"
                )
        if self.markdown and self.json:
            raise UsageError("--markdown does not go with --json")

    def run(self) -> None:
        """Compares; what was played before an interruption is still printed."""
        from agents.cli.show import games_bar
        from agents.evaluation import evaluate
        from agents.registry import NAMES, load

        loaded = [load(name) for name in self.agents or NAMES]
        seed = self.choose_seed(self.seed)
        compared: list[Compared] = []
        try:
            for agent in loaded:
                for player, games in self._players(agent):
                    ahead = "" if player.plies == 1 else f", {player.plies} plies"
                    with games_bar(self.stderr, f"{agent.name} plays{ahead}", games) as bar:
                        result = evaluate(player, games, seed, self.workers, bar)
                    compared.append((result, agent.training))
        finally:
            if compared:
                self._print(seed, compared)

    def _players(self, agent: "Agent") -> "Iterator[tuple[Agent, int]]":
        """The agent alone and, if that was asked for and it can, with search; their games."""
        yield agent, self.games
        if self.search is None or self.search == 1:
            return
        from agents.search.agent import SearchAgent

        try:
            player = SearchAgent(agent, self.search)
        except ValueError as error:
            self.say(str(error))
        else:
            yield player, self.search_games or self.games

    def _print(self, seed: int, compared: "list[Compared]") -> None:
        from agents.cli.show import print_comparison, print_markdown

        if self.json:
            results = [
                {**played.summary(), "training": asdict(training) if training else None}
                for played, training in compared
            ]
            self.print_json({"seed": seed, "results": results})
        elif self.markdown:
            print_markdown(self.stdout, compared)
        else:
            print_comparison(self.stdout, compared)
