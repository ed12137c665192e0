"""The loop: makes cases, runs them within limits of time and memory, counts, and keeps what failed."""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
import resource
import signal
import statistics
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .cases import VARIABLES, Case, make_case, specs

LEAST_SECONDS = 10.0
"""What every input may take, on any machine."""
BASELINES = 20
"""Or so many times what the largest legal document takes here."""
GIB = 1 << 30
Run = Callable[[Case, Path], str]


class TooSlowError(BaseException):
    """A case took longer than it may. No `except Exception` stops it."""


@dataclass(frozen=True)
class Failure:
    """A case that broke a promise."""

    number: int
    case: Case
    reason: str
    """The traceback."""


@dataclass
class Statistics:
    """What a run did."""

    seconds: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)
    """Kind of case and outcome -> how many."""
    slowest: tuple[float, int, str] = (0.0, 0, "")
    times: list[float] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.times)

    def add(self, number: int, kind: str, outcome: str, seconds: float) -> None:
        self.outcomes[f"{kind} {outcome}"] += 1
        self.times.append(seconds)
        self.slowest = max(self.slowest, (seconds, number, kind))

    def lines(self) -> Iterator[str]:
        """The statistics, for people."""
        totals = Counter[str]()
        for name, count in self.outcomes.items():
            totals[name.split()[1]] += count
        rate = self.count / self.seconds if self.seconds else 0.0
        summary = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(totals.items()))
        yield f"{self.count:,} inputs in {self.seconds:.1f} s, {rate:.0f} a second: {summary or 'nothing'}"
        if self.times:
            seconds, number, kind = self.slowest
            median = statistics.median(self.times)
            yield f"median {median * 1000:.1f} ms, slowest {seconds:.2f} s (number {number}, {kind})"
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        yield f"peak memory {peak} MB"
        yield "  ".join(f"{name} {count}" for name, count in sorted(self.outcomes.items()))


@dataclass(frozen=True)
class Fuzzer:
    """Runs numbered cases of one seed."""

    run: Run
    seed: int
    limit: float = LEAST_SECONDS
    """Seconds a case may take."""

    def one(self, number: int, folder: Path, statistics: Statistics) -> None:
        """Make, run and count the case `number`."""
        case = make_case(self.seed, number)
        start = time.perf_counter()
        try:
            with _alarm(self.limit):
                outcome = self.run(case, folder)
        except (Exception, TooSlowError):  # noqa: BLE001  whatever it is, it is what is looked for
            outcome = "failed"
            statistics.failures.append(Failure(number, case, traceback.format_exc()))
        statistics.add(number, case.kind, outcome, time.perf_counter() - start)

    def for_seconds(self, seconds: float, *, first: int = 0, most_failures: int = 20) -> Statistics:
        """Run cases from number `first` until the time is up, or enough has failed."""
        found, start, number = Statistics(), time.perf_counter(), first
        with tempfile.TemporaryDirectory(prefix="fuzz-") as folder, environment():
            while time.perf_counter() - start < seconds and len(found.failures) < most_failures:
                self.one(number, Path(folder), found)
                number += 1
        found.seconds = time.perf_counter() - start
        return found


@contextlib.contextmanager
def environment() -> Iterator[None]:
    """The variables that the cases name; warnings are errors."""
    before = dict(os.environ)
    os.environ.update(VARIABLES)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    def ring(*_: object) -> None:
        message = f"not done after {seconds:.1f} s"
        raise TooSlowError(message)

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    # What never comes back to Python cannot be interrupted, only ended.
    faulthandler.dump_traceback_later(seconds * 3, exit=True)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def bound_memory(extra: int = GIB) -> None:
    """Nothing may need more than `extra` bytes beyond what this process has now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = pages * resource.getpagesize() + extra
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def time_limit(run: Run) -> float:
    """Seconds a case may take here: a multiple of what a document of the most values takes."""
    rows = "".join(f"  k{number}: {number}\n" for number in range(4_900))
    case = Case("baseline", (specs()[0].encode() + b"environment:\n" + rows.encode(),))
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        start = time.perf_counter()
        run(case, Path(folder))
        return max(LEAST_SECONDS, BASELINES * (time.perf_counter() - start))


def keep(failure: Failure, seed: int, folder: Path) -> Path:
    """Write a failing case to a folder of its own, with what it did and how to see it again."""
    target = folder / f"{seed}-{failure.number}"
    target.mkdir(parents=True, exist_ok=True)
    (folder / ".gitignore").write_text("*\n", encoding="utf-8")
    case = failure.case
    for number, content in enumerate(case.files):
        (target / f"{number}.yaml").write_bytes(content)
    if case.settings:
        (target / "set.json").write_text(json.dumps(case.settings), encoding="utf-8")
    if case.request is not None:
        (target / "request.json").write_text(json.dumps(case.request), encoding="utf-8")
    again = f"PYTHONPATH=tests python -m fuzz --seed {seed} --only {failure.number}"
    reason = failure.reason.encode("utf-8", "backslashreplace").decode()
    (target / "reason.txt").write_text(f"{again}\n{case.odd}\n{reason}", encoding="utf-8")
    return target
