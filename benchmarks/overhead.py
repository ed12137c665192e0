"""What the local engine adds to a training job: beside a bare loop that starts the same program, and Optuna's.

    uv pip install --python .venv/bin/python optuna     # without it, the bare loop alone
    python benchmarks/overhead.py [--jobs 40] [--parallel 1 2] [--rounds 3]

The training job is a Python script that prints one metric: all the rest is overhead. A bare loop draws a number, starts
the script and reads its output. The engine lays out /opt/ml, gives the script a room of its own, keeps its log with
times, every metric value and its artifacts, in a database that survives a kill; each of its jobs could be taken up
again. Ratios to the bare loop in the same round are the result.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

from start_up import machine

SCRIPT = """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--dose", type=float)
print(f"score={1 - (parser.parse_args().dose - 0.3) ** 2}")
"""
SPEC = """
apiVersion: smtune/v1
name: overhead
algorithm: {{script: {{framework: scikit-learn, version: 1.2-1, entry_point: train.py}}}}
objective: {{maximize: score}}
metrics: {{score: 'score=(\\S+)'}}
hyperparameters: {{dose: {{min: 0.0, max: 1.0}}}}
strategy: {strategy}
limits: {{jobs: {jobs}, parallel: {parallel}}}
seed: {seed}
"""
Timing = tuple[float, float]
"""Seconds, and of them how many of processor."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the local engine's overhead.")
    parser.add_argument("--jobs", type=int, default=40, help="training jobs in a tuning job")
    parser.add_argument("--parallel", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(f"{machine()}\n{options.jobs} training jobs, medians of {options.rounds} rounds")
    for parallel in options.parallel:
        print(f"\n{parallel} at once\n")
        print("\n".join(table(rounds(options, parallel), options.jobs)))


def rounds(options: argparse.Namespace, parallel: int) -> dict[str, list[Timing]]:
    """Everybody in turn, round after round."""
    found: dict[str, list[Timing]] = {}
    for number in range(options.rounds):
        for name, run in contenders().items():
            with tempfile.TemporaryDirectory() as folder:
                Path(folder, "train.py").write_text(SCRIPT, encoding="utf-8")
                began = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
                wall = run(Path(folder), options.jobs, parallel, number)
                ended = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu = sum(b.ru_utime + b.ru_stime - a.ru_utime - a.ru_stime for a, b in zip(began, ended, strict=True))
            found.setdefault(name, []).append((wall, cpu))
    return found


def contenders() -> dict[str, Callable[[Path, int, int, int], float]]:
    """By name; each runs so many training jobs and returns the seconds that they took."""
    found: dict[str, Callable[[Path, int, int, int], float]] = {"bare loop": bare_loop}
    if find_spec("optuna") is not None:
        found["Optuna, a process a trial"] = optuna_loop
    found["smtune, random"] = lambda *about: engine(*about, strategy="random", sandbox="on")
    found["smtune, random, no bubblewrap"] = lambda *about: engine(*about, strategy="random", sandbox="off")
    found["smtune, bayesian"] = lambda *about: engine(*about, strategy="bayesian", sandbox="on")
    return found


def train(folder: Path, dose: float) -> float:
    command = [sys.executable, "train.py", "--dose", str(dose)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    found = re.search(r"score=(\S+)", done.stdout)
    assert found is not None
    return float(found[1])


def bare_loop(folder: Path, jobs: int, parallel: int, seed: int) -> float:
    rng = random.Random(seed)  # noqa: S311  no secret
    doses = [rng.random() for _ in range(jobs)]
    began = time.perf_counter()
    with ThreadPoolExecutor(parallel) as pool:
        max(pool.map(lambda dose: train(folder, dose), doses))
    return time.perf_counter() - began


def optuna_loop(folder: Path, jobs: int, parallel: int, seed: int) -> float:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed))
    began = time.perf_counter()
    study.optimize(lambda trial: train(folder, trial.suggest_float("dose", 0, 1)), n_trials=jobs, n_jobs=parallel)
    return time.perf_counter() - began


def engine(folder: Path, jobs: int, parallel: int, seed: int, *, strategy: str, sandbox: str) -> float:
    """The command as a user gives it; what counts is from the tuning job's creation to its end."""
    text = SPEC.format(strategy=strategy, jobs=jobs, parallel=parallel, seed=seed)
    (folder / "spec.yaml").write_text(text, encoding="utf-8")
    code = "import sys; from smtune.cli.main import main; sys.exit(main(sys.argv[1:]))"
    environment = {**os.environ, "SMTUNE_HOME": str(folder / "home"), "SMTUNE_SANDBOX": sandbox}
    command = [sys.executable, "-c", code, "launch", "spec.yaml", "--local", "--wait"]
    subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    from smtune.local.store import Store

    (job,) = Store(folder / "home" / "state.db").tuning_jobs()
    assert job.ended is not None
    return job.ended - job.created


def table(found: dict[str, list[Timing]], jobs: int) -> Iterator[str]:
    """Markdown."""
    yield "| | time, ratio | CPU, ratio | ms more for each training job | training jobs a second |"
    yield "|---|---:|---:|---:|---:|"
    bare = found["bare loop"]
    for name, timings in found.items():
        pairs = list(zip(timings, bare, strict=True))
        wall = statistics.median(mine[0] / its[0] for mine, its in pairs)
        cpu = statistics.median(mine[1] / its[1] for mine, its in pairs)
        more = statistics.median(1000 * (mine[0] - its[0]) / jobs for mine, its in pairs)
        rate = statistics.median(jobs / mine[0] for mine in timings)
        yield f"| {name} | {wall:.2f} | {cpu:.2f} | {more:.0f} | {rate:.1f} |"


if __name__ == "__main__":
    main()
