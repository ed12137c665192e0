"""What a verification found, in sentences. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from smtune.retrain.model import Configuration, Interval
from smtune.verify.model import Judgement, Lead, Standing
from smtune.verify.noise import detectable

NOT_SAMPLING = (
    "Retraining noise is what another seed changes. What other validation rows would change is not in it: "
    "smtune diagnose says more on that."
)
_METHODS = {
    "paired": "seed by seed, Tukey's range test over all pairs",
    "pooled": "Tukey's range test over all pairs",
    "unequal": "each pair with its own noise (it is not the same for all), Games and Howell's range test",
}


def sentences(judgement: Judgement, configurations: Sequence[Configuration]) -> tuple[str, ...]:
    """The verdict first; then luck, what to expect, and what the numbers do not say."""
    return tuple(_sentences(judgement, configurations))


def verdict(judgement: Judgement) -> str:
    """Which configuration is really the best, or what would tell."""
    kind, best = judgement.kind, judgement.best
    if kind == "too few":
        if any(item.completed > 1 for item in judgement.standings):
            return (
                "The repeats of each configuration are equal, but not as the original: the metric is coarse, and "
                "nothing can be said with so few. Ask for more: --repeats."
            )
        return "No configuration has two repeats with an objective: nothing can be said."
    if kind == "alone":
        return f"Only configuration {best} has repeats enough: it is compared with nothing."
    if kind == "identical":
        return (
            "The repeats of each configuration are all as the original: nothing in the training is drawn at random, "
            f"so no luck of training is in its values. {_places(judgement)}"
        )
    if kind == "best":
        rivals = [item for item in judgement.standings if item.p is not None]
        p = max(item.p or 0.0 for item in rivals)
        them = "configuration " + str(rivals[0].rank) if len(rivals) == 1 else f"each of the {len(rivals)} others"
        chance = _share(_standing(judgement, best).probability)
        return f"Configuration {best} is really the best: it beats {them} (p {_p(p)}); probability {chance}."
    return f"{_listed(judgement.tied)} cannot be told apart: {_needed(judgement)}."


def planned_power(count: int, repeats: int, *, paired: bool) -> str:
    """What a verification of this size can find."""
    if count < 2:
        return "one configuration: its noise and its luck are measured, and it is compared with nothing"
    size = detectable(count, repeats, paired=paired)
    return f"differences of {size:.1f} times the retraining noise (sd) are found 4 times of 5"


def _sentences(judgement: Judgement, configurations: Sequence[Configuration]) -> Iterator[str]:
    yield verdict(judgement)
    first = judgement.standings[0]
    if first.luck is not None and first.mean is not None and judgement.kind not in ("identical", "too few"):
        yield _luck(first.luck, first.mean, configurations[0].original)
    if judgement.lead is not None and judgement.kind != "identical":
        yield _lead(judgement.lead, configurations[1].rank)
    if judgement.expected is not None:
        yield f"Expect {_range(judgement.expected)} of configuration {judgement.best}{_chosen(judgement)}."
    lost = [item for item in configurations if len(item.values) < len(item.repeats)]
    for item in lost:
        ended = [repeat for repeat in item.repeats if repeat.is_over and repeat.value is None]
        if ended:
            yield f"Configuration {item.rank}: {len(ended)} of {len(item.repeats)} repeats ended without an objective."
    if judgement.method is not None:
        yield f"Compared {_METHODS[judgement.method]}, 5 % in all."
    yield NOT_SAMPLING


def _luck(luck: Interval, mean: Interval, original: float) -> str:
    begin = f"The winner of the tuning job had {original:.6g} there, and {_range(mean)} retrained: "
    if luck.low > 0:
        return f"{begin}{_range(luck)} of that was luck."
    if luck.high < 0:
        return f"{begin}it was unlucky there, by {-luck.value:.4g} ({-luck.high:.4g} to {-luck.low:.4g})."
    return f"{begin}its luck, {_range(luck)}, cannot be told from none."


def _lead(lead: Lead, second: int) -> str:
    begin = (
        f"Its lead over configuration {second} was {lead.original:.4g} in the tuning job "
        f"and is {_range(lead.retrained)} retrained: "
    )
    if lead.luck.low > 0:
        return f"{begin}{_range(lead.luck)} of it was luck."
    if lead.luck.high < 0:
        return f"{begin}it is greater than it looked."
    return f"{begin}how much of it was luck cannot be told from nothing."


def _needed(judgement: Judgement) -> str:
    if judgement.needed is None:
        return "not even 1000 repeats of each would tell; take the one that is cheapest to train or to serve"
    done = max(item.completed for item in judgement.standings)
    more = max(1, judgement.needed - done)
    return (
        f"{more} more repeats of each would tell the first two 4 times of 5 (--repeats {done + more}), if they differ "
        "as much as it looks; if that is too dear, take the one that is cheapest to train or to serve"
    )


def _places(judgement: Judgement) -> str:
    if len(judgement.tied) > 1:
        return f"{_listed(judgement.tied)} are equally good."
    return f"Configuration {judgement.best} is the best on these validation rows."


def _chosen(judgement: Judgement) -> str:
    count = sum(item.mean is not None for item in judgement.standings)
    return f", corrected for choosing the best of {count}" if count > 1 else ""


def _standing(judgement: Judgement, rank: int | None) -> Standing:
    return next(item for item in judgement.standings if item.rank == rank)


def _listed(ranks: Sequence[int]) -> str:
    *rest, last = map(str, ranks)
    return f"Configurations {', '.join(rest)} and {last}" if rest else f"Configuration {last}"


def _range(value: Interval) -> str:
    return f"{value.value:.4g} (95 % {value.low:.4g} to {value.high:.4g})"


def _p(value: float) -> str:
    return "below 0.001" if value < 0.001 else f"{value:.2g}"


def _share(value: float | None) -> str:
    return "unknown" if value is None else "above 99 %" if value > 0.99 else f"{value:.0%}".replace("%", " %")
