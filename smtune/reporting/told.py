"""Report data -> facts and tables in words: what HTML and Markdown both show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from smtune.estimate.money import in_words
from smtune.reporting.model import Fact, ReportData
from smtune.reporting.words import counted, duration, number
from smtune.results.side_by_side import Side
from smtune.results.spending import Spending

TOP = 10
_DIFFERENCES = 40
_DASH = "\N{EN DASH}"


@dataclass(frozen=True)
class Grid:
    """A table: its headings, its rows, and which columns are numbers."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()


def key_facts(data: ReportData) -> tuple[Fact, ...]:
    """What stands at the top."""
    now, best = data.outcome.progress, data.outcome.best
    direction = "maximized" if data.is_maximized else "minimized"
    counts = {"completed": now.completed, "failed": now.failed, "stopped": now.stopped, "running": now.running}
    said = ", ".join(f"{number(count)} {word}" for word, count in counts.items() if count)
    most = "" if now.jobs is None else f" of {number(now.jobs)}"
    held_out = data.outcome.evaluation
    tested = (
        []
        if held_out is None
        else [
            Fact(name, number(value), f"{counted(held_out.rows, 'held-out row')}")
            for name, value in held_out.metrics.items()
        ]
    )
    return (
        Fact(f"Best {data.metric}", number(None if best is None else best.objective), direction),
        *tested[:1],
        Fact("Training jobs", f"{number(now.done)}{most}", said),
        Fact("Time", duration(now.elapsed), f"billable {duration(data.spending.billable_seconds)}"),
        _cost(data),
    )


def _cost(data: ReportData) -> Fact:
    money = _money(data.spending.money, data.spending)
    if data.is_local:
        return Fact("Cost", "none", f"on a machine of your own; the same seconds on AWS: {money}")
    return Fact("Cost", money, "so far" if data.spending.running else "on demand, without discounts and taxes")


def best_facts(data: ReportData) -> tuple[Fact, ...]:
    """The best training job: its hyperparameters and final metrics."""
    best = data.outcome.best
    if best is None:
        return ()
    scores = [each for each in (data.outcome.train_dev, data.outcome.evaluation) if each is not None]
    measured = {name: value for each in scores for name, value in each.metrics.items()}
    tuned = [Fact(name, _value(value), "tuned") for name, value in best.hyperparameters.items()]
    metrics = [Fact(name, number(value, 6), "final value") for name, value in {**best.metrics, **measured}.items()]
    return (*tuned, *metrics)


def top_jobs(data: ReportData) -> Grid:
    """The best training jobs, ten at most; names stand last, as they are long."""
    has_several = any(row.definition for row in data.rows)
    extra = ("algorithm",) if has_several else ()
    headings = ("", data.metric, *(axis.name for axis in data.axes), "time", *extra, "training job")
    rows = tuple(
        (
            f"{rank}",
            number(row.objective, 6),
            *(_value(row.values[axis.name]) if axis.name in row.values else _DASH for axis in data.axes),
            duration(row.seconds),
            *((row.definition,) if has_several else ()),
            row.name,
        )
        for rank, row in enumerate(data.ranked[:TOP], start=1)
    )
    numbers = {place for place, axis in enumerate(data.axes, start=2) if axis.kind != "category"}
    return Grid(headings, rows, frozenset({0, 1, len(data.axes) + 2} | numbers))


def gap_grid(data: ReportData) -> Grid:
    """The gaps of the ladder with their intervals and verdicts."""
    ladder = data.ladder
    if ladder is None:
        return Grid((), ())
    has_intervals = any(gap.low is not None for gap in ladder.gaps)
    unit = "points" if ladder.unit else ladder.loss
    headings = ("gap", unit, *((f"{ladder.confidence} interval",) if has_intervals else ()), "share", "verdict")
    rows = tuple(
        (
            gap.name,
            gap.text,
            *((gap.span,) if has_intervals else ()),
            gap.share,
            f"{gap.said}; {gap.needed}" if gap.needed else gap.said,
        )
        for gap in ladder.gaps
    )
    return Grid(headings, rows, frozenset({1, 2, 3} if has_intervals else {1, 2}))


def no_failures(data: ReportData) -> str:
    """What stands where no failure was found."""
    is_any = data.triage is not None and data.triage.total
    return "None: every training job that is over has an objective." if is_any else "No training job is over."


def share(value: float) -> str:
    """As `12 %`."""
    return f"{100 * value:.0f} %"


def cost_facts(data: ReportData) -> tuple[Fact, ...]:
    """What it cost, or would have."""
    return tuple(_cost_facts(data.spending))


def _cost_facts(spent: Spending) -> Iterator[Fact]:
    for kind, seconds in spent.instance_seconds.items():
        price = spent.prices.get(kind)
        each = f"{price.amount:g} {spent.currency} an hour, as of {price.source.date}" if price else "price unknown"
        yield Fact(kind, duration(seconds), each)
    yield Fact("Volumes", _money(spent.storage, spent))
    if any(job.is_spot for job in spent.jobs):
        yield Fact("Saved by spot instances", _money(spent.saved, spent))
    yield Fact("Total", _money(spent.money, spent), f"{number(spent.running)} still running" if spent.running else "")
    cost = spent.estimate.cost
    if cost is not None:
        yield Fact("Estimate, likely", _money(cost.on_demand.likely, spent), _deviation(spent.beside("likely")))
        most = "no limit" if cost.on_demand.max is None else _money(cost.on_demand.max, spent)
        yield Fact("Estimate, at most", most, _deviation(spent.beside("max")))
    if spent.unknown:
        yield Fact("Price unknown", ", ".join(spent.unknown), "give it with --prices FILE")


def _deviation(share: float | None) -> str:
    if share is None:
        return ""
    if not round(share, 2):
        return "just that"
    if -1 < share < -0.99:
        return "the actual cost is over 99 % below"
    return f"the actual cost is {number(round(100 * abs(share)))} % {'below' if share < 0 else 'above'}"


def comparison_grid(data: ReportData) -> Grid:
    """The tuning jobs side by side."""
    found = data.comparison
    if found is None:
        return Grid((), ())
    sides = found.sides
    names = dict.fromkeys(name for side in sides if side.best for name in side.best.hyperparameters)
    rows = [
        ("status", *(side.status for side in sides)),
        ("objective", *(f"{side.metric}, {'maximized' if side.is_maximized else 'minimized'}" for side in sides)),
        ("best", *(number(side.best.objective, 6) if side.best else _DASH for side in sides)),
        ("training jobs", *(f"{number(side.completed)} of {number(side.jobs)} completed" for side in sides)),
        ("time", *(duration(side.seconds) for side in sides)),
        ("billable", *(duration(side.billable_seconds) for side in sides)),
        ("cost", *(_side_cost(side) for side in sides)),
        *((f"best {name}", *(_best_value(side, name) for side in sides)) for name in names),
    ]
    return Grid(("", *(side.name for side in sides)), tuple(rows))


def difference_grids(data: ReportData) -> tuple[tuple[str, Grid, int], ...]:
    """For each other tuning job what its request has otherwise, and how many more differences there are."""
    if data.comparison is None:
        return ()
    found = []
    for name, changes in data.comparison.differences.items():
        rows = tuple((item.path, _short(item.before), _short(item.after)) for item in changes[:_DIFFERENCES])
        found.append((name, Grid(("field", data.name, name), rows), max(0, len(changes) - _DIFFERENCES)))
    return tuple(found)


def _short(value: object) -> str:
    text = _DASH if value is None else str(value)
    return text if len(text) <= 200 else f"{text[:199]}\N{HORIZONTAL ELLIPSIS}"


def _best_value(side: Side, name: str) -> str:
    if side.best is None or name not in side.best.hyperparameters:
        return _DASH
    return _value(side.best.hyperparameters[name])


def _side_cost(side: Side) -> str:
    return "unknown" if side.cost is None else in_words(side.cost, side.currency)


def _value(value: object) -> str:
    return number(value, 6) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _money(amount: float | None, spent: Spending) -> str:
    return "unknown" if amount is None else in_words(amount, spent.currency)
