"""Two sets as they were read -> the verdict: every column by itself, and all of them together."""

from __future__ import annotations

from collections.abc import Sequence

from smtune.data.check.two_samples import LEAST_ROWS, holm
from smtune.data.compare.classify import Told, find_reliance, tell_apart
from smtune.data.compare.columns import APART, Tested, described, test_columns
from smtune.data.compare.features import features_of
from smtune.data.compare.kinds import Column, column_of
from smtune.data.compare.model import ColumnDifference, DataComparison, Separation, Verdict, Where
from smtune.data.compare.pair import Pair, copies
from smtune.data.compare.power import detectable_auc, detectable_distance
from smtune.data.compare.text import remarks

_MOST_ROWS = 4_000
_LEAST_ROWS = 500
_MOST_CELLS = 400_000
_TOGETHER = 0.5
"""The share of `alpha` that goes to the classifiers; the columns have the rest."""
_COARSE = 0.5
"""Where only a larger distance than this would be seen, not to have seen one says nothing."""


def judge(pair: Pair, notes: Sequence[str], *, alpha: float, seed: int) -> DataComparison:
    """Whether both sets were drawn from one pool; `notes` are what is known of them by now."""
    from threadpoolctl import threadpool_limits

    notes = [*notes, *copies(pair)]
    if min(len(pair.a.frame), len(pair.b.frame)) < LEAST_ROWS:
        return _result(pair, "too few rows", (), (), alpha, notes)
    tested = test_columns([column_of(name, pair.a.frame[name], pair.b.frame[name]) for name in pair.shared])
    # On so few rows threads would only wait for each other.
    with threadpool_limits(1):
        told = _tell_apart(tested, pair, seed)
        columns, separations = _judge(tested, told, pair, alpha, seed)
    differs = any(each.differs for each in columns) or any(each.differs for each in separations)
    coarse = _distance(pair, columns, alpha) > _COARSE
    verdict: Verdict = "differs" if differs else "too few rows" if coarse else "no difference found"
    return _result(pair, verdict, columns, separations, alpha, notes)


def _tell_apart(tested: Sequence[Tested], pair: Pair, seed: int) -> list[tuple[Told, tuple[str, ...]]]:
    """By the features, and by features and label; and what was left out because it tells A from B by itself."""
    apart = tuple(each.column.name for each in tested if each.found.effect >= APART)
    used = [each.column for each in tested if each.column.name not in apart]
    features = [column for column in used if column.name != pair.label]
    sets = [features, used] if features and len(features) < len(used) else [features]
    rows = max(_LEAST_ROWS, min(_MOST_ROWS, _MOST_CELLS // (2 * max(1, len(used)))))
    return [(tell_apart(features_of(_first(each, rows, seed)), seed), apart) for each in sets if each]


def _first(columns: Sequence[Column], rows: int, seed: int) -> list[Column]:
    """So many rows of each set, drawn at random; the same ones for every column."""
    chosen = []
    for column in columns:
        a, b = (each.sample(min(rows, len(each)), random_state=seed) for each in (column.a, column.b))
        values = None
        if column.values is not None:
            places = [*a.index, *(len(column.a) + place for place in b.index)]
            values = column.values.iloc[places].reset_index(drop=True)
        chosen.append(Column(column.name, column.kind, a.reset_index(drop=True), b.reset_index(drop=True), values))
    return chosen


def _judge(
    tested: Sequence[Tested],
    told: Sequence[tuple[Told, tuple[str, ...]]],
    pair: Pair,
    alpha: float,
    seed: int,
) -> tuple[tuple[ColumnDifference, ...], tuple[Separation, ...]]:
    weights = [*_shares(len(tested), 1 - _TOGETHER), *_shares(len(told), _TOGETHER)]
    adjusted = holm([*(each.found.p for each in tested), *(each.p for each, _ in told)], weights)
    columns = [described(each, p, pair.label, alpha) for each, p in zip(tested, adjusted, strict=False)]
    columns.sort(key=lambda each: (not each.differs, -each.effect, each.p))
    separations = []
    for number, (each, left_out) in enumerate(told):
        p, rows = adjusted[len(tested) + number], each.features.rows
        separations.append(
            Separation(
                of="features and label" if number or pair.label in each.features.columns else "features",
                auc=each.auc,
                p=p,
                detectable=detectable_auc(*rows, alpha * _TOGETHER / len(told)),
                rows=rows,
                relies_on=find_reliance(each, seed) if p < alpha else (),
                left_out=left_out,
                differs=p < alpha,
            )
        )
    return tuple(columns), tuple(separations)


def _shares(count: int, whole: float) -> list[float]:
    return [whole / max(1, count)] * count


def _distance(pair: Pair, columns: Sequence[ColumnDifference], alpha: float) -> float:
    share = alpha * (1 - _TOGETHER) / max(1, len(columns))
    return detectable_distance(len(pair.a.frame), len(pair.b.frame), share)


def _result(
    pair: Pair,
    verdict: Verdict,
    columns: tuple[ColumnDifference, ...],
    separations: tuple[Separation, ...],
    alpha: float,
    notes: Sequence[str],
) -> DataComparison:
    only = [
        tuple(str(name) for name in ours.frame.columns if name not in theirs.frame.columns)
        for ours, theirs in ((pair.a, pair.b), (pair.b, pair.a))
    ]
    return DataComparison(
        verdict=verdict,
        where=_where(columns, separations),
        a=pair.a.side(),
        b=pair.b.side(),
        columns=columns,
        separations=separations,
        only_in_a=only[0],
        only_in_b=only[1],
        detectable=_distance(pair, columns, alpha),
        alpha=alpha,
        notes=(*notes, *remarks(columns, separations)),
    )


def _where(columns: Sequence[ColumnDifference], separations: Sequence[Separation]) -> Where | None:
    label = any(each.differs for each in columns if each.is_label)
    features = any(each.differs for each in columns if not each.is_label)
    features = features or any(each.differs for each in separations if each.of == "features")
    if features or label:
        return "features and label" if features and label else "features" if features else "label"
    relied = [each.column for test in separations if test.differs for each in test.relies_on]
    names = {each.column for each in columns if each.is_label}
    if not any(test.differs for test in separations):
        return None
    return "relation" if names & set(relied) else "features"
