"""How much each n-tuple learner has learned after so many games: the table in agents/README.md.

    python tests/benchmarks/learning_curves.py curves.jsonl

Trains every learner, seeds 1 to 3, with 1,000 and then up to 10,000 games, plays 1,000 games after
each, and adds a line to the file. Started again, it goes on behind the last line (about three hours
of one core in all). Then it prints the means with their 95% intervals over the seeds (Student's t).
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from agents.plots.curves import band

LEARNERS = (
    "--algorithm td0",
    "",
    "--algorithm td0 --lambda 0.5",
    "--lambda 0.5",
    "--steps 5",
    "--replay 4",
    "--initial 20000",
    "--initial 100000",
    "--anneal 0.3",
    "--warmup 100",
    "--split 2048",
    "--split 2048 --carousel 2048",
    "--downgrade 2048",
    "--network 17x4",
    "--network 17x4 --warmup 100",
    "--network 6x5",
    "--network 5x6",
    "--network 6x6",
    "--network 8x6",
    "--network 4x6,17x4",
    "--network 4x6,17x4 --warmup 100",
    "--network 4x6,17x4 --replay 4",
    "--network 4x6,17x4 --replay 4 --warmup 100",
)
"""Options of `train ntuple`: without any, TC on 4x6."""

SEEDS = 1, 2, 3
GAMES = 1_000, 10_000

Row = dict[str, Any]


def scratch2048(*arguments: str) -> Row:
    """Runs a command of ours; what it says."""
    command = [sys.executable, "-m", "env2048", *arguments, "--json", "--quiet"]
    out = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    summary: Row = json.loads(out)
    return summary


def learn(learner: str, seed: int) -> Iterator[Row]:
    """A row for each number of games, of one run that goes on, or where the rate falls of two."""
    with TemporaryDirectory() as folder:
        for games in GAMES:
            run = f"{folder}/{games if '--anneal' in learner else 'run'}"
            if Path(run).exists():
                options = ["--resume", run]
            else:
                options = ["ntuple", *learner.split(), "--seed", str(seed), "--out", run]
            trained = scratch2048("train", *options, "--games", str(games))
            played = scratch2048(
                "eval", run, "--games", "1000", "--seed", "1000000", "--workers", "1"
            )
            yield {
                "spec": learner, "seed": seed, "games": games, "train": trained, "eval": played,
            }  # fmt: skip


def read(path: Path) -> list[Row]:
    """The rows so far."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def mean_score(rows: list[Row]) -> str:
    """The mean over runs of several seeds, with its interval."""
    means = np.array([row["eval"]["mean_score"] for row in rows])
    mean, low, high = (float(line[0]) for line in band(means[:, np.newaxis]))
    return f"{mean:,.0f} ({low:,.0f} to {high:,.0f})"


def table(rows: list[Row]) -> Iterator[str]:
    """Lines of Markdown."""
    for learner in LEARNERS:
        cells = [f"`{learner or '--network 4x6 --algorithm tc'}`"]
        for games in GAMES:
            same = [row for row in rows if row["spec"] == learner and row["games"] == games]
            cells.append(mean_score(same))
        yield f"| {' | '.join(cells)} |"


def main() -> None:
    """Trains what is missing, then prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("file", type=Path, help="where the results are kept, a line each")
    path = parser.parse_args().file
    done = {(row["spec"], row["seed"]) for row in read(path) if row["games"] == GAMES[-1]}
    for seed in SEEDS:
        for learner in LEARNERS:
            if (learner, seed) not in done:
                for row in learn(learner, seed):
                    with path.open("a") as file:
                        file.write(json.dumps(row) + "\n")
    for line in table(read(path)):
        print(line)


if __name__ == "__main__":
    main()
