"""`scratch2048 replay`: makes, checks, shows and converts replay files."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from tyro.conf import OmitArgPrefixes, Positional, arg

from agents.cli.command import (
    Command,
    Count,
    InFile,
    JsonCommand,
    OutFile,
    PlayingAgent,
    Seed,
    complain,
)
from agents.cli.games import (
    check_games,
    check_gif,
    check_seed,
    claim_files,
    outcome,
    summary,
    write_game_gif,
)
from agents.cli.search import SearchOptions
from env2048.errors import ReplayError, UsageError

if TYPE_CHECKING:
    from env2048.replay import Replay, Verification


@dataclass(frozen=True, kw_only=True)
class Record(JsonCommand):
    """Plays a game with an agent and writes it as a replay.

    The replay holds what the agent expected of each move, too.
    """

    agent: PlayingAgent = "ntuple"
    """random, greedy, ntuple, policy, or a run folder."""
    out: OutFile
    """The replay file to write."""
    seed: Seed = None
    """The game is that of an environment reset with this seed."""
    search: OmitArgPrefixes[SearchOptions] = field(default_factory=SearchOptions)
    games: Count = 1
    """Play this many games, of the seeds from --seed on, and write the best."""

    def check(self) -> None:
        """Checks the ranges, and that the file can be written."""
        check_seed(self.seed)
        check_games(self.games)
        self.search.check()
        claim_files(self.out)

    def run(self) -> None:
        """Plays and writes."""
        from agents.cli.show import games_bar
        from agents.recording import record_best
        from agents.registry import load
        from env2048.replay import write_replay

        agent = self.search.of(load(self.agent), os.cpu_count() or 1)
        seed = self.choose_seed(self.seed)
        with games_bar(self.stderr, f"{agent.name} plays", self.games) as bar:
            replay = record_best(agent, seed, self.games, bar)
            bar(self.games)
        write_replay(replay, self.out)
        self.say(f"replay: {self.out}")
        result = summary(replay, key_reproduces=True)
        if self.json:
            self.print_json({"file": str(self.out), **result})
        else:
            numbers = outcome(len(replay.moves), replay.score, replay.max_tile)
            self.stdout.print(f"seed {replay.seed}: {numbers}")


@dataclass(frozen=True, kw_only=True)
class Verify(JsonCommand):
    """Plays the games in replay files again and names the first step that is wrong."""

    files: Annotated[Positional[tuple[Path, ...]], arg(metavar="FILE...", help_behavior_hint="")]
    """Replays, in any format that `replay convert` knows."""

    def check(self) -> None:
        """Checks that there is something to do."""
        if not self.files:
            raise UsageError("missing FILE: name at least one replay")

    def run(self) -> None:
        """Verifies all of the files, also those after a wrong one."""
        results: list[dict[str, Any]] = []
        errors = []
        for file in self.files:
            try:
                replay, verification = _checked(file)
            except ReplayError as error:
                errors.append(error)
                results.append({"file": str(file), "ok": False, "error": str(error)})
                continue
            numbers = summary(replay, verification.key_reproduces)
            results.append({"file": str(file), "ok": True, **numbers})
            if not self.json:
                self._print(file, verification)
        if self.json:
            self.print_json({"files": results})
        for earlier in errors[:-1]:
            complain(str(earlier))
        if errors:
            raise errors[-1]

    def _print(self, file: Path, found: "Verification") -> None:
        note = ", tiles not those of its key" if found.key_reproduces is False else ""
        numbers = outcome(found.moves, found.score, found.max_tile)
        self.stdout.print(f"{file}: ok, {numbers}, ended {found.ended}{note}", markup=False)


@dataclass(frozen=True, kw_only=True)
class Info(JsonCommand):
    """Prints what a replay is of, once it has been verified."""

    file: InFile
    """A replay, in any format that `replay convert` knows."""

    def run(self) -> None:
        """Verifies and prints."""
        replay, verification = _checked(self.file)
        result = summary(replay, verification.key_reproduces)
        if self.json:
            self.print_json(result)
            return
        for name, value in result.items():
            if value is not None:
                label = name.replace("_", " ")
                self.stdout.print(f"{label:<18}{_readable(value)}", markup=False)


@dataclass(frozen=True, kw_only=True)
class Gif(Command):
    """Writes a replay as an animated GIF of at most 300 pictures and 3 MB.

    Of a longer game it shows the opening, the end, the moves to the first 512, 1024, 2048 and so
    on, and evenly chosen positions between them.
    """

    file: InFile
    """A replay, in any format that `replay convert` knows."""
    out: OutFile
    """The GIF to write."""

    def check(self) -> None:
        """Checks that the file can be written."""
        check_gif(self.out)
        claim_files(self.out)

    def run(self) -> None:
        """Verifies and draws."""
        from env2048.replay import frames

        replay, _ = _checked(self.file)
        positions = [(replay.start_board(), 0)]
        positions += [(frame.next_board, frame.score) for frame in frames(replay)]
        write_game_gif(self.out, positions, replay.ended == "dead")
        self.say(f"GIF: {self.out}")


@dataclass(frozen=True, kw_only=True)
class Convert(Command):
    """Writes a replay in another program's format, or one of theirs in ours.

    The format of FILE is detected, and its game verified.
    """

    file: InFile
    """A replay in any of the formats."""
    to: Literal["scratch2048", "2048rl", "2048league"]
    """The format to write: ours, 2048rl's gameplay.json, or 2048league's text."""
    out: OutFile
    """The file to write."""

    def check(self) -> None:
        """Checks that the file can be written."""
        claim_files(self.out)

    def run(self) -> None:
        """Verifies and converts."""
        from env2048.replay import naming
        from env2048.replay.convert import render
        from env2048.replay.files import write_text

        replay, _ = _checked(self.file)
        with naming(self.file):
            text = render(replay, self.to)
        with naming(self.out):
            write_text(text, self.out)
        self.say(f"{self.to}: {self.out}")


def _checked(file: Path) -> tuple["Replay", "Verification"]:
    """The replay in a file of any known format, and what verifying it found.

    Raises:
        ReplayError: naming the file and the first thing that is wrong.
    """
    from env2048.replay import naming, verify
    from env2048.replay.convert import read_any

    replay = read_any(file)
    with naming(file):
        return replay, verify(replay)


def _readable(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


REPLAY: dict[str, type[Command]] = {
    "record": Record,
    "verify": Verify,
    "info": Info,
    "gif": Gif,
    "convert": Convert,
}
"""The subcommands of `replay`."""
