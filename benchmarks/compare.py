"""How often `smtune data compare` is wrong: false alarms where nothing differs, and what it finds where something does.

    python benchmarks/compare.py              # some 20 minutes on one core
    python benchmarks/compare.py --runs 50    # quicker, and less sure

Both sets are drawn anew for each run. `any` is the verdict, `columns` and `classifier` are what it stands on.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from smtune.data.compare import CompareSettings, DataComparison, compare_data

ALPHA = 0.05


@dataclass(frozen=True)
class Case:
    """What is planted in B, and in how many rows."""

    name: str
    rows: tuple[int, int]
    plant: Callable[[pd.DataFrame, np.random.Generator], pd.DataFrame]
    runs: float = 1.0
    """The share of the runs."""


@dataclass(frozen=True)
class Rates:
    """In what share of the runs something was found."""

    any: float
    columns: float
    classifier: float
    runs: int


def rows_of(count: int, random: np.random.Generator) -> pd.DataFrame:
    """A label, and features of every kind: some go together, some have missing values."""
    x = random.normal(size=(count, 4))
    frame = pd.DataFrame(
        {
            "label": (x[:, 0] + random.normal(size=count) > 0).astype(int),
            **{f"x{index}": x[:, index].round(4) for index in range(4)},
            "dose": random.exponential(2, count).round(3),
            "visits": random.poisson(6, count),
            "ward": random.choice(["north", "south", "east", "west"], count, p=[0.4, 0.3, 0.2, 0.1]),
            "code": [f"c{code}" for code in random.geometric(0.02, count)],
        }
    )
    return frame.assign(dose=frame["dose"].mask(random.random(count) < 0.1))


def nothing(frame: pd.DataFrame, _: np.random.Generator) -> pd.DataFrame:
    """As it is."""
    return frame


def older(frame: pd.DataFrame, _: np.random.Generator) -> pd.DataFrame:
    """One column of numbers, moved by half a standard deviation."""
    return frame.assign(x1=frame["x1"] + 0.5)


def moved_ward(frame: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """A fifth of the rows in another class."""
    return frame.assign(ward=frame["ward"].mask(random.random(len(frame)) < 0.2, "west"))


def more_missing(frame: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """One value in four missing where it was one in ten."""
    return frame.assign(dose=frame["dose"].mask(random.random(len(frame)) < 0.17))


def joint(frame: pd.DataFrame, _: np.random.Generator) -> pd.DataFrame:
    """Two columns that go together (0.7), and each by itself is as it was."""
    together = 0.7 * frame["x2"] + math.sqrt(1 - 0.49) * frame["x3"]
    return frame.assign(x3=together)


def turned_label(frame: pd.DataFrame, _: np.random.Generator) -> pd.DataFrame:
    """The label says the opposite: it is as frequent, the features are the same."""
    return frame.assign(label=1 - frame["label"])


NULLS = (
    Case("nothing", (30, 30), nothing),
    Case("nothing", (150, 150), nothing),
    Case("nothing", (600, 120), nothing),
    Case("nothing", (1000, 1000), nothing, 0.5),
)
PLANTED = (
    Case("one column moved by 0.5 sd", (300, 300), older, 0.2),
    Case("a fifth of the rows in another class", (300, 300), moved_ward, 0.2),
    Case("15 % more missing", (600, 600), more_missing, 0.2),
    Case("two columns go together, 0.7", (300, 300), joint, 0.2),
    Case("two columns go together, 0.7", (1000, 1000), joint, 0.2),
    Case("the label turned round", (300, 300), turned_label, 0.2),
    Case("the label turned round", (1000, 1000), turned_label, 0.2),
)


def comparisons(case: Case, runs: int) -> Iterator[DataComparison]:
    """Compare sets of the case, drawn anew each time."""
    for run in range(max(1, round(runs * case.runs))):
        random = np.random.default_rng([run, *case.rows])
        a, b = (rows_of(count, random) for count in case.rows)
        settings = CompareSettings(alpha=ALPHA, seed=run)
        yield compare_data(a, case.plant(b, random), label="label", settings=settings)


def rates(case: Case, runs: int) -> Rates:
    """How often something is found."""
    found = list(comparisons(case, runs))
    return Rates(
        any=float(np.mean([each.verdict == "differs" for each in found])),
        columns=float(np.mean([bool(each.differing) for each in found])),
        classifier=float(np.mean([any(test.differs for test in each.separations) for each in found])),
        runs=len(found),
    )


def main() -> None:
    """Print a table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=400)
    runs = parser.parse_args().runs
    print("| planted in B | rows of A and B | any | columns | classifier | runs |")
    print("|---|---|---:|---:|---:|---:|")
    for case in (*NULLS, *PLANTED):
        found = rates(case, runs)
        shares = " | ".join(f"{100 * share:.1f} %" for share in (found.any, found.columns, found.classifier))
        print(f"| {case.name} | {case.rows[0]:,} and {case.rows[1]:,} | {shares} | {found.runs} |", flush=True)


if __name__ == "__main__":
    main()
