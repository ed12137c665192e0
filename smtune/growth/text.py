"""What a learning curve found, in sentences. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from smtune.growth.measure import Measure
from smtune.growth.model import Growth, Size
from smtune.retrain.model import Interval

LIMITS = (
    "That is for rows like these, on the same validation rows, and for this configuration: it was chosen on all rows, "
    "so with fewer it may do worse than it had to, and the curve looks steeper than it is. Tuned again on more rows "
    "it may do better than predicted."
)


_NOTHING = 1e-6
"""Of the loss: less is the rounding of floats."""


def sentences(growth: Growth, measure: Measure, rows: int) -> tuple[str, ...]:
    """The verdict first; then what was measured, what to expect of more rows, and what the numbers do not say.

    `rows`: all there are.
    """
    return tuple(_sentences(growth, measure, rows))


def _sentences(growth: Growth, measure: Measure, rows: int) -> Iterator[str]:
    yield f"{growth.kind.capitalize()}: {_because(growth)}."
    if growth.predictions and (most := growth.sizes[-1].rows) < rows:
        yield f"No training on all {rows:,} rows brought a loss: twice as many is twice {most:,} here."
    yield from _target(growth)
    if growth.kind == "no gain shown" and growth.reason != "small" and growth.predictions:
        gain = growth.predictions[0].gain
        if gain.high > _NOTHING * abs(growth.sizes[-1].validation or 0.0):
            yield f"A gain of up to {gain.high:.4g} from twice the rows is not ruled out{_more(growth)}."
    if growth.kind == "cannot be enough" and growth.predictions and growth.predictions[0].gain.low > 0:
        gain = growth.predictions[0].gain
        yield f"More rows do lower {measure.label}: twice as many by {_range(gain)}."
    if growth.curve is not None and growth.reason != "rising":
        curve = growth.curve
        yield f"The curve: {measure.label} = {curve.a:.4g} + {curve.b:.4g} * rows^-{curve.c:.2f}."
    if growth.predictions:
        yield LIMITS


def _target(growth: Growth) -> Iterator[str]:
    """Whether the target is reached, or by how many rows, where it may be."""
    target = growth.target
    if target is None or growth.kind == "cannot be enough" or not growth.predictions:
        return
    last = growth.sizes[-1]
    if last.validation is not None and last.validation <= target:
        yield f"The target, {target:.4g}, is reached: {_measured(last)}."
    elif growth.reason in ("falling", "unclear", "small"):
        found = next((each for each in growth.predictions if each.loss.value <= target), None)
        if found is None:
            yield f"The target, {target:.4g}, is not expected of ten times the rows, and not ruled out."
        else:
            yield f"The target, {target:.4g}, is expected of {found.rows:,} rows: {_range(found.loss)}."


def _because(growth: Growth) -> str:
    if growth.reason == "few":
        return f"no gain shown either way, {_few(growth.sizes)}; three numbers of rows and five trainings are the least"
    if growth.reason == "asymptote":
        last = growth.predictions[-1]
        return (
            f"even {last.rows:,} rows, {last.times} times as many, are expected to give {_range(last.loss)}, and "
            f"{growth.target:.4g} is wanted"
        )
    if growth.reason == "training":
        return (
            f"the loss on the training rows themselves stays above {growth.training:.4g}, and {growth.target:.4g} is "
            "wanted: that is bias, which more rows do not mend"
        )
    return _compared(growth)


def _compared(growth: Growth) -> str:
    """What the losses on few and on many rows say of twice as many."""
    first = growth.predictions[0]
    sizes = f"{_measured(growth.sizes[0])} and {_measured(growth.sizes[-1])}"
    if growth.reason == "falling":
        return (
            f"twice as many, {first.rows:,}, are expected to lower the loss by {_range(first.gain)}; measured, {sizes}"
        )
    if growth.reason == "rising":
        return f"the loss rises with the rows: {sizes}"
    if growth.reason == "misfit":
        return f"the losses do not follow one curve, so it says nothing of more rows: {_all(growth.sizes)}"
    if growth.reason == "small":
        return (
            f"twice as many, {first.rows:,}, lower the loss by {first.gain.high:.4g} at most, less than 1 % of it; "
            f"measured, {sizes}"
        )
    if growth.reason == "unclear":
        return (
            f"the loss falls with the rows, but twice as many may lower it by anything from "
            f"{max(0, first.gain.low):.4g} to {first.gain.high:.4g}{_more(growth)}; measured, {sizes}"
        )
    return f"the loss does not fall with the rows by more than chance: {sizes}"


def _few(sizes: tuple[Size, ...]) -> str:
    if not sizes:
        return "no training brought a loss"
    number = "one number" if len(sizes) == 1 else f"{len(sizes)} numbers"
    return f"only {sum(size.count for size in sizes)} trainings, on {number} of rows, brought a loss"


def _more(growth: Growth) -> str:
    most = max(size.count for size in growth.sizes)
    return f" (more trainings narrow that: --repeats {2 * most})"


def _measured(size: Size) -> str:
    spread = "" if size.sd is None else f" (sd {size.sd:.2g})"
    return f"{size.validation:.4g}{spread} on {size.rows:,} rows"


def _all(sizes: tuple[Size, ...]) -> str:
    return ", ".join(_measured(size) for size in sizes)


def _range(value: Interval) -> str:
    return f"{value.value:.4g} (95 % {value.low:.4g} to {value.high:.4g})"
