"""Repeats -> which configuration is really the best, and how much of the original winner's lead was luck. Pure.

The originals were chosen because they were good, so they say nothing here but how lucky they were: everything else
rests on the repeats, which nobody has chosen.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence

import numpy as np
from scipy import stats

from smtune.retrain.model import Configuration, Interval
from smtune.verify.model import Judgement, Lead, Standing
from smtune.verify.noise import (
    LEVEL,
    Noise,
    Values,
    adjusted_p,
    critical,
    deviation,
    is_exact,
    needed_repeats,
    noise_of,
)

_LEAST = 2
_DRAWS = 5_000
_SHARES = LEVEL + (1 - LEVEL) / 2


def judge(configurations: Sequence[Configuration], *, is_maximized: bool, seeds_shared: bool) -> Judgement:
    """What the repeats of the best configurations say; in any order, failed and missing repeats among them.

    `seeds_shared`: repeats of one number have the same seed, so configurations are compared seed by seed. Differences
    are positive where the one that is named first is better, whichever way the objective goes.
    """
    sign = 1.0 if is_maximized else -1.0
    ordered = sorted(configurations, key=lambda item: item.rank)
    standings = {item.rank: _standing(item, sign) for item in ordered}
    known = [item for item in ordered if len(item.values) >= _LEAST]
    if not known:
        return Judgement("too few", tuple(standings.values()))
    scores = {item.rank: {number: sign * value for number, value in item.values.items()} for item in known}
    if is_exact(list(scores.values())) and not all(_is_as_before(item) for item in known):
        return Judgement("too few", tuple(standings.values()))
    expected = _expected(scores, sign)
    if len(known) == 1:
        only = known[0].rank
        standings[only] = dataclasses.replace(standings[only], new_rank=1)
        return Judgement("alone", tuple(standings.values()), best=only, tied=(only,), expected=expected)
    return _compared(ordered, standings, scores, expected, seeds_shared)


def _compared(
    ordered: Sequence[Configuration],
    standings: dict[int, Standing],
    scores: Mapping[int, Values],
    expected: Interval,
    seeds_shared: bool,
) -> Judgement:
    ranks = list(scores)
    noise = noise_of([scores[rank] for rank in ranks], seeds_shared=seeds_shared)
    means = [_mean(scores[rank]) for rank in ranks]
    places = sorted(range(len(ranks)), key=lambda place: (-means[place], ranks[place]))
    first = places[0]
    chances = _chances(noise, means)
    for place, rank in enumerate(ranks):
        gap, p = (None, None) if place == first else _gap(noise, first, place, means[first] - means[place])
        standings[rank] = dataclasses.replace(
            standings[rank], new_rank=places.index(place) + 1, probability=chances[place], behind=gap, p=p
        )
    tied = [place for place in places if place == first or (standings[ranks[place]].p or 0.0) > 1 - LEVEL]
    exact = is_exact([scores[rank] for rank in ranks])
    near = tied[1] if len(tied) > 1 else None
    return Judgement(
        "identical" if exact else "best" if near is None else "tied",
        tuple(standings.values()),
        best=ranks[first],
        tied=tuple(sorted(ranks[place] for place in tied)),
        method=noise.method,
        noise=noise.sd,
        needed=None if near is None or exact else needed_repeats(noise, first, near, means[first] - means[near]),
        expected=expected,
        lead=_lead(ordered, ranks, noise, means),
    )


def _is_as_before(configuration: Configuration) -> bool:
    """Whether training again gives the original's value: the service may have rounded that to single precision."""
    values = configuration.values.values()
    return all(math.isclose(value, configuration.original, rel_tol=1e-6) for value in values)


def _standing(configuration: Configuration, sign: float) -> Standing:
    values = list(configuration.values.values())
    if len(values) < _LEAST:
        return Standing(configuration.rank, len(values))
    mean, sd = float(np.mean(values)), deviation(values)
    half = _student(len(values) - 1) * sd / math.sqrt(len(values))
    luck = sign * (configuration.original - mean)
    return Standing(
        configuration.rank,
        len(values),
        mean=Interval(mean, mean - half, mean + half),
        sd=sd,
        luck=Interval(luck, luck - half, luck + half),
    )


def _gap(noise: Noise, first: int, place: int, gap: float) -> tuple[Interval, float]:
    error, df = noise.error(first, place)
    half = 0.0 if error == 0 else critical(noise.count, df) * error
    return Interval(gap, gap - half, gap + half), adjusted_p(gap, error, noise.count, df)


def _lead(
    ordered: Sequence[Configuration],
    ranks: Sequence[int],
    noise: Noise,
    means: Sequence[float],
) -> Lead | None:
    """Of the original first over the original second: chosen by the originals, so one comparison and no more."""
    if len(ordered) < 2 or any(item.rank not in ranks for item in ordered[:2]):
        return None
    one, other = (ranks.index(item.rank) for item in ordered[:2])
    error, df = noise.error(one, other)
    half = 0.0 if error == 0 else _student(df) * error
    gap, original = means[one] - means[other], abs(ordered[0].original - ordered[1].original)
    gone = original - gap
    return Lead(original, Interval(gap, gap - half, gap + half), Interval(gone, gone - half, gone + half))


def _chances(noise: Noise, means: Sequence[float]) -> list[float]:
    """Of each to be the best, drawn from what the repeats leave open; always the same draws."""
    draw = np.random.default_rng(0)
    counts = np.array([len(group) for group in noise.groups])
    if noise.method == "unequal":
        sds = np.array([np.std(list(group.values()), ddof=1) for group in noise.groups])
        wide = draw.standard_t(counts - 1, size=(_DRAWS, noise.count)) * sds
    else:
        common = noise.sd * np.sqrt(noise.df / draw.chisquare(noise.df, size=(_DRAWS, 1)))
        wide = draw.standard_normal((_DRAWS, noise.count)) * common
    drawn = np.array(means) + wide / np.sqrt(counts)
    best = drawn == drawn.max(axis=1, keepdims=True)
    shares = (best / best.sum(axis=1, keepdims=True)).mean(axis=0)
    return [float(share) for share in shares]


def _expected(scores: Mapping[int, Values], sign: float) -> Interval:
    """Of the best mean: chosen by all repeats but one and read from that one, in turn, so that choosing adds nothing.

    The interval (Bonferroni's, with the deviation within configurations) holds for whichever is chosen.
    """
    best = max(scores, key=lambda rank: (_mean(scores[rank]), -rank))
    group = scores[best]
    sd, df = float(np.std(list(group.values()), ddof=1)), len(group) - 1.0
    if len(scores) > 1:
        noise = noise_of(list(scores.values()), seeds_shared=False)
        sd, df = (noise.sd, noise.df) if noise.method == "pooled" else (sd, df)
    share = 1 - (1 - _SHARES) / len(scores)
    half = float(stats.t.ppf(share, df)) * sd / math.sqrt(len(group))
    low, high = sorted(sign * (_mean(group) + way * half) for way in (-1, 1))
    return Interval(min(max(sign * _crossed(scores), low), high), low, high)


def _crossed(scores: Mapping[int, Values]) -> float:
    """The mean value, on the repeat that is left out, of the configuration that the others choose."""
    found = []
    for number in sorted({number for group in scores.values() for number in group}):
        rest = {rank: {key: value for key, value in group.items() if key != number} for rank, group in scores.items()}
        chosen = max(rest, key=lambda rank: (_mean(rest[rank]), -rank))
        if number in scores[chosen]:
            found.append(scores[chosen][number])
    return float(np.mean(found)) if found else max(_mean(group) for group in scores.values())


def _mean(group: Values) -> float:
    return float(np.mean([group[number] for number in sorted(group)]))


def _student(df: float) -> float:
    return float(stats.t.ppf(_SHARES, df))
