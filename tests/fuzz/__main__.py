"""`make fuzz`, or `PYTHONPATH=tests python -m fuzz`: 0 if all promises held, else 1, the inputs in `.fuzz`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from .checks import run_case
from .engine import Fuzzer, Statistics, bound_memory, environment, keep, time_limit

KEPT = Path(__file__).parents[2] / ".fuzz"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long (default: 60)")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other inputs (default: 0)")
    parser.add_argument("--first", type=int, default=0, help="the number to begin with (default: 0)")
    parser.add_argument("--only", type=int, help="just this number")
    arguments = parser.parse_args()
    limit = time_limit(run_case)
    bound_memory()
    fuzzer = Fuzzer(run_case, arguments.seed, limit)
    if arguments.only is None:
        found = fuzzer.for_seconds(arguments.seconds, first=arguments.first)
    else:
        found = Statistics()
        with tempfile.TemporaryDirectory(prefix="fuzz-") as folder, environment():
            fuzzer.one(arguments.only, Path(folder), found)
    print(f"fuzz: seed {arguments.seed}, at most {limit:.0f} s an input", *found.lines(), sep="\n  ")  # noqa: T201
    for failure in found.failures:
        kept = keep(failure, arguments.seed, KEPT)
        words = failure.reason.strip().splitlines()[-1][:300]
        print(f"FAILED {failure.number} ({failure.case.kind}), kept in {kept}: {words!r}")  # noqa: T201
    return 1 if found.failures else 0


if __name__ == "__main__":
    sys.exit(main())
