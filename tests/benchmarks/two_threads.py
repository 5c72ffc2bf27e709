"""Two threads that train one n-tuple network: how fast, and how strong it becomes.

    python tests/benchmarks/two_threads.py speed
    python tests/benchmarks/two_threads.py strength results.jsonl

Speed: moves per second of two threads that share the tables, and of two processes at once with
tables of their own, in turn; the first 3,000 games, in which the system hands out the memory, are
not timed.

Strength: one learner, seeds 1 to 8, 10,000 games of training on one thread and on two, then 1,000
games of greedy play that are the same for all. Each run adds a line to the file; started again, it
goes on behind the last. In the end, means with 95% intervals over the seeds (Student's t).
"""

import argparse
import json
import multiprocessing
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from learning_curves import Row, mean_score, read, scratch2048

from agents.benchmarks import alternate
from agents.ntuple.config import COLUMNS, Algorithm, NTupleConfig
from agents.ntuple.network import NTupleNetwork
from agents.ntuple.patterns import parse_patterns
from env2048.keys import game_keys

LEARNERS: tuple[tuple[str, Algorithm], ...] = (("4x6", "td0"), ("4x6", "tc"), ("8x6", "tc"))
UNTIMED = 3_000
PIECE = 50
"""Games of one call: a few hundredths of a second."""

STRENGTH = ("--network", "4x6,17x4", "--warmup", "100")
SEEDS = range(1, 9)
GAMES = 10_000


def train(network: str, algorithm: Algorithm, games: int, threads: int, start: Any) -> float:
    """Moves per second, after the untimed games, of threads that share tables of zeros.

    Args:
        start: a barrier to wait at when all is compiled and the untimed games are played.
    """
    rate = NTupleConfig(algorithm=algorithm).rate
    learned = NTupleNetwork.zeros(parse_patterns(network), COLUMNS[algorithm])

    def play(firsts: Iterator[int]) -> int:
        moves = 0
        for first in firsts:  # the iterator is shared: each piece is played by one of the threads
            played = learned.train(game_keys(1, first, PIECE), rate, algorithm == "tc")
            moves += int(played.moves.sum())
        return moves

    with ThreadPoolExecutor(threads) as pool:
        warm = iter(range(0, UNTIMED, PIECE))
        list(pool.map(play, [warm] * threads))
        start.wait()
        begun = time.perf_counter()
        pieces = iter(range(UNTIMED, games, PIECE))
        moves = sum(pool.map(play, [pieces] * threads))
        return moves / (time.perf_counter() - begun)


def _process(rates: Any, *arguments: Any) -> None:
    rates.put(train(*arguments))


def two_processes(network: str, algorithm: Algorithm, games: int) -> float:
    """Moves per second of both together, each with tables of its own and half of the games."""
    context = multiprocessing.get_context("spawn")
    start, rates = context.Barrier(2), context.Queue()
    half = UNTIMED + (games - UNTIMED) // 2
    processes = [
        context.Process(target=_process, args=(rates, network, algorithm, half, 1, start))
        for _ in range(2)
    ]
    for process in processes:
        process.start()
    total = float(sum(rates.get() for _ in processes))
    for process in processes:
        process.join()
    return total


def speed(games: int, rounds: int) -> None:
    """Measures both in turn; prints the medians and their ratio."""
    print(f"{'':<12}{'threads':>12}{'processes':>12}{'ratio':>8}")
    for network, algorithm in LEARNERS:
        measured = alternate(
            [
                lambda n=network, a=algorithm: train(n, a, games, 2, threading.Barrier(1)),
                lambda n=network, a=algorithm: two_processes(n, a, games),
            ],
            rounds,
        )
        threads, processes = map(median, measured)
        ratio = threads / processes
        print(f"{network + ' ' + algorithm:<12}{threads:>12,.0f}{processes:>12,.0f}{ratio:>8.2f}")


def learn(seed: int, threads: int) -> Row:
    """A run of one learner, and what it plays."""
    with TemporaryDirectory() as folder:
        run = f"{folder}/run"
        options = ("--games", str(GAMES), "--seed", str(seed), "--threads", str(threads))
        trained = scratch2048("train", "ntuple", *STRENGTH, *options, "--out", run)
        played = scratch2048("eval", run, "--games", "1000", "--seed", "1000000", "--workers", "1")
    return {"seed": seed, "threads": threads, "train": trained, "eval": played}


def strength(path: Path) -> None:
    """Trains what is missing, those of one thread two at a time; prints the means."""
    done = {(row["seed"], row["threads"]) for row in read(path)}
    for threads in (1, 2):
        missing = [seed for seed in SEEDS if (seed, threads) not in done]
        with ThreadPoolExecutor(2 // threads) as pool, path.open("a") as file:
            for row in pool.map(learn, missing, [threads] * len(missing)):
                file.write(json.dumps(row) + "\n")
                file.flush()
    for threads in (1, 2):
        rows = [row for row in read(path) if row["threads"] == threads]
        means = [row["eval"]["mean_score"] for row in rows]
        rate = median(row["train"]["moves_per_second"] for row in rows)
        print(
            f"{threads} thread{'s' * (threads > 1)}: {mean_score(rows)}, "
            f"seeds from {min(means):,.0f} to {max(means):,.0f}; {rate:,.0f} moves/s"
        )


def main() -> None:
    """Measures the one or the other."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    commands = parser.add_subparsers(dest="what", required=True)
    quick = commands.add_parser("speed")
    quick.add_argument("--games", type=int, default=8_000, help="of a round")
    quick.add_argument("--rounds", type=int, default=7)
    commands.add_parser("strength").add_argument("file", type=Path, help="a line for each run")
    given = parser.parse_args()
    if given.what == "speed":
        speed(given.games, given.rounds)
    else:
        strength(given.file)


if __name__ == "__main__":
    main()
