"""Measures commands side by side: all of them in turn, round after round, each in a process and a folder of its own.

Times on a shared machine wander by more than what is to be measured. So commands are compared within a round, where
the machine is as busy for one as for the other, and the median over the rounds counts.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

# Linux counts what a process used before it became another program as its own, so a bare interpreter starts it.
_LAUNCHER = """
import os, sys, time
start = time.perf_counter()
nowhere = (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)
process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[nowhere])
_, status, usage = os.wait4(process, 0)
print(time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status) and 1)
"""
_HEADINGS = ("time, ratio", "lowest to highest", "CPU, ratio", "memory, ratio", "time, s", "memory, MB")
_UNIT = 1 if sys.platform == "darwin" else 1024


class CommandFailedError(RuntimeError):
    """A command that is measured ended with an error: its times say nothing."""


@dataclass(frozen=True)
class Case:
    """A command to measure, and what to call it. The program is an absolute path."""

    name: str
    command: tuple[str, ...]


@dataclass(frozen=True)
class Sample:
    """What one run of a command took."""

    wall: float
    """Seconds from start to end."""
    cpu: float
    """Seconds of processor, in the program and in the system for it."""
    memory: float
    """The most that was resident at once, in bytes."""


@dataclass(frozen=True)
class Spread:
    """A figure over all rounds."""

    low: float
    median: float
    high: float


Samples = Mapping[str, Sequence[Sample]]


def run_once(case: Case) -> Sample:
    """Run a command to its end, in a new folder; raises CommandFailedError with what it said on stderr."""
    with tempfile.TemporaryDirectory() as folder:
        launch = (sys.executable, "-I", "-S", "-c", _LAUNCHER, *case.command)
        done = subprocess.run(launch, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        message = f"{case.name}: {done.stderr.strip() or 'it failed, and said nothing'}"
        raise CommandFailedError(message)
    wall, cpu, memory = map(float, done.stdout.split())
    return Sample(wall, cpu, memory * _UNIT)


def measure(cases: Sequence[Case], rounds: int, run: Callable[[Case], Sample] = run_once) -> Samples:
    """The samples of every case by its name, one a round. A round before the first warms disk and bytecode up."""
    for case in cases:
        run(case)
    samples: dict[str, list[Sample]] = {case.name: [] for case in cases}
    for number in range(rounds):
        # Each round begins with another command, so that none has always the same one before it.
        first = number % len(cases)
        for case in (*cases[first:], *cases[:first]):
            samples[case.name].append(run(case))
    return samples


def compare(samples: Samples, base: str, figure: str) -> dict[str, Spread]:
    """Case -> its `figure` (wall, cpu, memory) as a multiple of that of `base` in the same round."""
    return {
        name: _spread(
            [getattr(own, figure) / getattr(other, figure) for own, other in zip(found, samples[base], strict=True)]
        )
        for name, found in samples.items()
    }


def table(samples: Samples, base: str) -> Iterator[str]:
    """The lines of a Markdown table: ratios to `base`, and for context the seconds and megabytes."""
    ratios = {field.name: compare(samples, base, field.name) for field in fields(Sample)}
    width = max(map(len, samples))
    yield f"| {'command':<{width}} | {' | '.join(_HEADINGS)} |"
    yield f"|{'-' * (width + 2)}|" + "".join(f"{'-' * (len(heading) + 1)}:|" for heading in _HEADINGS)
    for name, found in samples.items():
        wall, cpu, memory = (ratios[figure][name] for figure in ("wall", "cpu", "memory"))
        seconds = statistics.median(sample.wall for sample in found)
        megabytes = statistics.median(sample.memory for sample in found) / 1e6
        yield (
            f"| {name:<{width}} | {wall.median:>11.3f} | {f'{wall.low:.3f} to {wall.high:.3f}':>17} "
            f"| {cpu.median:>10.3f} | {memory.median:>13.2f} | {seconds:>7.2f} | {megabytes:>10.0f} |"
        )


def _spread(values: Sequence[float]) -> Spread:
    return Spread(min(values), statistics.median(values), max(values))
