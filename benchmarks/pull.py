"""What it takes to pull a tuning job's results: smtune beside the SageMaker SDK's analytics classes.

    python benchmarks/pull.py [--jobs 500] [--metrics 4] [--points 60] [--latency 0.02] [--rounds 3]

Starts its own server (pull_server.py), so it needs no account. The ratios are the result; see docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from start_up import machine

HERE = Path(__file__).resolve().parent
SDK = "SDK: its two analytics classes"
_SMTUNE = """
from smtune.results import curves, pull
session = boto3.Session()
session.client("sagemaker"), session.client("cloudwatch"), session.client("logs")
begin()
{code}
"""
# What the SDK's documentation shows: the tuning job's table, then each training job's metrics. Its session is made
# beforehand, as smtune's clients are: a program makes them once.
_SDK = """
import logging
import pandas
from sagemaker.core.analytics import HyperparameterTuningJobAnalytics, TrainingJobAnalytics
from sagemaker.core.helper.session_helper import Session
logging.disable()
session = Session(boto3.Session(), sagemaker_client=boto3.client("sagemaker"), default_bucket="bucket")
boto3.client("cloudwatch")
begin()
trials = HyperparameterTuningJobAnalytics("tune", sagemaker_session=session).dataframe()
parts = [TrainingJobAnalytics(name, sagemaker_session=session).dataframe() for name in trials.TrainingJobName]
rows = len(pandas.concat(parts))
"""
_FRAME = """
import time
import boto3
def begin():
    global wall, cpu
    wall, cpu = time.perf_counter(), time.process_time()
{code}
print(time.perf_counter() - wall, time.process_time() - cpu, rows)
"""
PEERS = {
    SDK: _SDK,
    "smtune: final metrics": _SMTUNE.format(code='rows = len(pull(session, "tune").frame)'),
    "smtune: and curves": _SMTUNE.format(code='rows = len(curves(session, "tune", source="cloudwatch"))'),
    "smtune: curves from the logs": _SMTUNE.format(code='rows = len(curves(session, "tune", source="logs"))'),
}
AGAIN = "smtune: and curves, once more"
"""The same as `smtune: and curves`, with what that left on disk."""
_HEADINGS = ("calls", "calls, ratio", "time, ratio", "lowest to highest", "CPU, ratio", "time, s", "rows")


class PeerFailedError(RuntimeError):
    """A peer ended with an error: its times say nothing."""


@dataclass(frozen=True)
class Sample:
    """What one pull took, without imports and the making of clients."""

    wall: float
    """Seconds."""
    cpu: float
    """Seconds of processor."""
    rows: int
    calls: int


@contextmanager
def server(jobs: int, metrics: int, points: int, latency: float) -> Iterator[str]:
    """The URL of a server that holds such a tuning job, as long as the context lasts."""
    numbers = map(str, (jobs, metrics, points, latency))
    command = (sys.executable, str(HERE / "pull_server.py"), *numbers)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()


def pull_once(code: str, url: str, cache: str) -> Sample:
    """One pull in a process of its own; raises PeerFailedError with what it said on stderr."""
    _calls(url)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment |= {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "none",
        "AWS_SECRET_ACCESS_KEY": "none",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "XDG_CACHE_HOME": cache,
    }
    command = (sys.executable, "-W", "ignore", "-c", _FRAME.format(code=code))
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PeerFailedError(done.stderr.strip())
    wall, cpu, rows = done.stdout.split()[-3:]
    return Sample(float(wall), float(cpu), int(rows), sum(_calls(url).values()))


def measure(peers: Mapping[str, str], rounds: int, url: str) -> dict[str, list[Sample]]:
    """The samples of all peers, who take turns; and of smtune with what it kept on disk."""
    samples: dict[str, list[Sample]] = {name: [] for name in [*peers, AGAIN]}
    for _ in range(rounds):
        for name, code in peers.items():
            with tempfile.TemporaryDirectory() as cache:
                samples[name].append(pull_once(code, url, cache))
                if name == "smtune: and curves":
                    samples[AGAIN].append(pull_once(code, url, cache))
    return {name: found for name, found in samples.items() if found}


def table(samples: Mapping[str, Sequence[Sample]], base: str) -> Iterator[str]:
    """The lines of a Markdown table; a ratio says how many times what `base` takes a peer's is contained in it."""
    width = max(map(len, samples))
    yield f"| {'pull':<{width}} | {' | '.join(_HEADINGS)} |"
    yield f"|{'-' * (width + 2)}|" + "".join(f"{'-' * (len(heading) + 1)}:|" for heading in _HEADINGS)
    for name, found in samples.items():
        pairs = list(zip(samples[base], found, strict=True))
        walls = [first.wall / own.wall for first, own in pairs]
        calls = statistics.median(first.calls / own.calls for first, own in pairs)
        cpu = statistics.median(first.cpu / own.cpu for first, own in pairs)
        seconds = statistics.median(own.wall for own in found)
        spread = f"{min(walls):.1f} to {max(walls):.1f}"
        yield (
            f"| {name:<{width}} | {found[0].calls:>5} | {calls:>12.1f} | {statistics.median(walls):>11.1f} "
            f"| {spread:>17} | {cpu:>10.1f} | {seconds:>7.2f} | {found[0].rows:>4} |"
        )


def _calls(url: str) -> dict[str, int]:
    with urllib.request.urlopen(f"{url}/calls") as answer:  # noqa: S310  our own server
        found: dict[str, int] = json.load(answer)
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Compare pulling results with the SageMaker SDK's analytics.")
    parser.add_argument("--jobs", type=int, default=500, help="training jobs (default: 500)")
    parser.add_argument("--metrics", type=int, default=4, help="metrics of each (default: 4)")
    parser.add_argument("--points", type=int, default=60, help="points of each metric, one a minute (default: 60)")
    parser.add_argument("--latency", type=float, default=0.02, help="seconds until a call is answered (default: 0.02)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured (default: 3)")
    options = parser.parse_args(arguments)
    if min(options.jobs, options.metrics, options.points, options.rounds) < 1:
        parser.error("--jobs, --metrics, --points and --rounds are at least 1")
    print(f"before: {machine()}", flush=True)
    with server(options.jobs, options.metrics, options.points, options.latency) as url:
        samples = measure(PEERS, options.rounds, url)
    print(f"after:  load {os.getloadavg()[0]:.1f}")
    size = f"{options.jobs} training jobs, {options.metrics} metrics, {options.points} points"
    print(f"{size}; each call is answered after {options.latency:g} s")
    print(f"ratios: what `{SDK}` takes, divided by it, in the same round; medians of {options.rounds} rounds\n")
    print("\n".join(table(samples, SDK)))


if __name__ == "__main__":
    main()
