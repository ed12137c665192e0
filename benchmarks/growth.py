"""Is what `smtune data curve` predicts right? Learning curves of known truth, and learners that really learn.

    python benchmarks/growth.py [--samples 1000] [--learners 150] [--bootstrap 60]

Each line is a truth, measured again and again as the command does: 3 trainings on each of 12.5, 25, 50 and 100 % of
the rows. `2 x`, `4 x` and `10 x` are the parts of the samples in which the interval (95 %) holds the true loss with so
many times the rows. Then come the verdicts. `bootstrap` is the part in which the percentiles of a bootstrap over the
trainings of each size hold the loss at twice the rows.

The learners are trained on rows that are drawn and cut as the command does it, from sets that are new in each sample;
the truth is their mean loss, on the same validation rows, when as many new rows as there are have been added.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smtune.growth.fit import laws
from smtune.growth.judge import TIMES, judge
from smtune.growth.model import Growth, Point

Array = NDArray[np.float64]
Train = Callable[[Array, Array, Array, Array], float]
"""Features and labels of the training and the validation rows -> loss."""
SHARES = (0.125, 0.25, 0.5, 1.0)
REPEATS = 3
ROWS = 1000
VERDICTS = ("more rows help", "no gain shown", "not enough evidence")
_RESAMPLES = 200
_FUTURES = 30


@dataclass(frozen=True)
class Truth:
    """loss = a + b * (rows / all rows)**-c, with noise of standard deviation `noise * share**-fading`."""

    name: str
    a: float
    b: float
    c: float
    noise: float
    fading: float = 0.0
    full: int = REPEATS
    """Trainings on all rows: one where nothing else than the rows is drawn."""

    def loss(self, share: float) -> float:
        return float(self.a + self.b * share**-self.c)

    def draw(self, rng: np.random.Generator) -> list[Point]:
        """Rows and losses of each training."""
        return [
            Point(round(share * ROWS), self.loss(share) + rng.normal() * self.noise * share**-self.fading)
            for share in SHARES
            for _ in range(self.full if share == 1 else REPEATS)
        ]


SHAPES = (
    ("falls, c 0.5", 0.1, 0.05, 0.5),
    ("falls slowly, c 0.2", 0.02, 0.1, 0.2),
    ("falls fast, c 1", 0.1, 0.02, 1.0),
    ("falls to nothing, c 0.3", 0.0, 0.1, 0.3),
    ("hardly falls", 0.1, 0.005, 0.5),
    ("flat", 0.2, 0.0, 0.5),
)
NOISES = (("little noise", 0.0005, 0.0), ("noise", 0.002, 0.0), ("noise that fades", 0.002, 0.5), ("much", 0.006, 0.0))
TRUTHS = tuple(
    Truth(f"{name}; {how}{', one on all rows' if full == 1 else ''}", a, b, c, noise, fading, full)
    for name, a, b, c in SHAPES
    for how, noise, fading in NOISES
    for full in (REPEATS, 1)
)


@dataclass(frozen=True)
class Learner:
    """A learner, and rows to learn from."""

    name: str
    train: Train
    make: Callable[[np.random.Generator, int], tuple[Array, Array]]
    rows: int = 400
    judged_on: int = 1000

    def draw(self, rng: np.random.Generator) -> tuple[list[Point], float]:
        """Rows and losses of each training, and the mean loss with twice the rows."""
        x, y = self.make(rng, self.rows)
        held_out = self.make(rng, self.judged_on)
        points = []
        for number in range(REPEATS):
            order = rng.permutation(self.rows)
            for share in SHARES if number == 0 else SHARES[:-1]:
                part = order[: round(share * self.rows)]
                points.append(Point(len(part), self.train(x[part], y[part], *held_out)))
        futures = (self.make(rng, self.rows) for _ in range(_FUTURES))
        after = [self.train(np.vstack([x, more]), np.concatenate([y, new]), *held_out) for more, new in futures]
        return points, float(np.mean(after))


def linear_rows(rng: np.random.Generator, count: int) -> tuple[Array, Array]:
    """Twenty features, all of which matter."""
    x = rng.normal(size=(count, 20))
    return x, x.sum(axis=1) + rng.normal(size=count)


def least_squares(x: Array, y: Array, held: Array, truth: Array) -> float:
    """Mean squared error."""
    weights, *_ = np.linalg.lstsq(x, y, rcond=None)
    return float(np.mean((held @ weights - truth) ** 2))


def ring_rows(rng: np.random.Generator, count: int) -> tuple[Array, Array]:
    """Three features; inside a sphere or not, and one label of twenty is wrong."""
    x = rng.normal(size=(count, 3))
    inside = (x**2).sum(axis=1) < 2.4
    return x, (inside ^ (rng.random(count) < 0.05)).astype(float)


def neighbours(x: Array, y: Array, held: Array, truth: Array) -> float:
    """Error rate of the five nearest neighbours."""
    distances = (held**2).sum(axis=1)[:, None] - 2 * held @ x.T + (x**2).sum(axis=1)
    nearest = np.argpartition(distances, 5, axis=1)[:, :5]
    return float(np.mean((y[nearest].mean(axis=1) > 0.5) != (truth > 0.5)))


def shuffled_rows(rng: np.random.Generator, count: int) -> tuple[Array, Array]:
    """Nothing to learn."""
    return rng.normal(size=(count, 3)), (rng.random(count) < 0.5).astype(float)


LEARNERS = (
    Learner("least squares, 20 features", least_squares, linear_rows),
    Learner("five nearest neighbours", neighbours, ring_rows),
    Learner("five nearest neighbours, nothing to learn", neighbours, shuffled_rows),
)


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare predictions and verdicts with the truth.")
    parser.add_argument("--samples", type=int, default=1000)
    parser.add_argument("--learners", type=int, default=150)
    parser.add_argument("--bootstrap", type=int, default=60)
    asked = parser.parse_args()
    for line in table(TRUTHS, LEARNERS, (asked.samples, asked.learners, asked.bootstrap)):
        print(line, flush=True)


def table(truths: Sequence[Truth], learners: Sequence[Learner], counts: tuple[int, int, int]) -> Iterator[str]:
    """Markdown, a line a truth, in percent of the samples: so many of a truth, of a learner, and for the bootstrap."""
    samples, trained, bootstrap = counts
    yield f"| truth | {' | '.join(f'{times} x' for times in TIMES)} | {' | '.join(VERDICTS)} | bootstrap |"
    yield f"|---|{'---:|' * (len(TIMES) + len(VERDICTS) + 1)}"
    for number, truth in enumerate(truths):
        held, verdicts = outcomes(truth, samples, np.random.default_rng([number, 1]))
        sure = resampled(truth, bootstrap, np.random.default_rng([number, 2])) if bootstrap else None
        yield _line(truth.name, [held[times] for times in TIMES], verdicts, sure)
    for number, learner in enumerate(learners):
        held_once, verdicts = learned(learner, trained, np.random.default_rng([number, 3]))
        yield _line(learner.name, [held_once, None, None], verdicts, None)


def outcomes(truth: Truth, samples: int, rng: np.random.Generator) -> tuple[dict[int, float], Counter[str]]:
    """Times the rows -> part of the samples whose interval holds the truth; and the share of each verdict."""
    held: Counter[int] = Counter()
    verdicts: Counter[str] = Counter()
    for _ in range(samples):
        found = judge(truth.draw(rng), floored=True)
        verdicts[found.kind] += 1
        held.update(
            each.times for each in found.predictions if each.loss.low <= truth.loss(each.times) <= each.loss.high
        )
    return {times: held[times] / samples for times in TIMES}, _shares(verdicts, samples)


def learned(learner: Learner, samples: int, rng: np.random.Generator) -> tuple[float, Counter[str]]:
    """The same for a learner, with twice the rows."""
    held = 0
    verdicts: Counter[str] = Counter()
    for _ in range(samples):
        points, truth = learner.draw(rng)
        found: Growth = judge(points, floored=True)
        verdicts[found.kind] += 1
        held += found.predictions[0].loss.low <= truth <= found.predictions[0].loss.high
    return held / samples, _shares(verdicts, samples)


def resampled(truth: Truth, samples: int, rng: np.random.Generator) -> float:
    """How often a bootstrap's percentiles hold the loss at twice the rows."""
    held = 0
    for _ in range(samples):
        points = truth.draw(rng)
        groups = [[point for point in points if point.rows == rows] for rows in sorted({each.rows for each in points})]
        found = []
        for _ in range(_RESAMPLES):
            again = [group[place] for group in groups for place in rng.integers(len(group), size=len(group))]
            fitted = laws([(point.rows, point.validation) for point in again], floored=True)
            curve = fitted.curve()
            found.append(curve.a + curve.b * 2**-curve.c)
        low, high = np.quantile(found, [0.025, 0.975])
        held += low <= truth.loss(2) <= high
    return held / samples


def _shares(verdicts: Counter[str], samples: int) -> Counter[str]:
    return Counter({name: count / samples for name, count in verdicts.items()})


def _line(name: str, held: list[float | None], verdicts: Counter[str], bootstrap: float | None) -> str:
    cells = [*held, *(verdicts[verdict] for verdict in VERDICTS), bootstrap]
    return f"| {name} | {' | '.join('' if cell is None else f'{100 * cell:.1f}' for cell in cells)} |"


if __name__ == "__main__":
    main()
