"""`diagnose`: the entry for error rates."""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import Unpack

from smtune.diagnosis.conclusion import conclude
from smtune.diagnosis.level import Level, Place
from smtune.diagnosis.measured import Loss, level_of
from smtune.diagnosis.model import Diagnosis, Errors
from smtune.diagnosis.quantity import EXACT, Number, read_rate
from smtune.diagnosis.reference import Human, read_reference
from smtune.diagnosis.rule import RATE_FLOOR
from smtune.diagnosis.scale import Scale, percent_decimals
from smtune.diagnosis.setting import Circumstances, Setting


def diagnose(
    *,
    human_error: Human,
    train_error: Loss,
    validation_error: Loss,
    test_error: Loss | None = None,
    train_dev_error: Loss | None = None,
    floor: Number = RATE_FLOOR,
    **circumstances: Unpack[Circumstances],
) -> Diagnosis:
    """Say which gap between human level, training, validation and test to work on first.

    Args:
        human_error: The best human level known (a team before a single person), the stand-in for the lowest
            possible error; or several groups of people. None means unknown: bias is then not assessable.
        train_error, validation_error, test_error: Error rates of the same model.
        train_dev_error: On rows drawn like training but not trained on. It separates variance from mismatch.
        floor: A gap up to this is never present.
        circumstances: `Circumstances`: algorithm, one_pool, jobs, confidence.

    All numbers are fractions of 1 (0.05) or percentages in a string ("5%"). With the rows they were measured on
    ("5%/1500", or "75/1500": 75 wrong of 1,500) each gap gets a confidence interval, and a verdict only if the rows
    suffice for one. `smtune.diagnosis.rule` has the rule and where it comes from.

    Raises:
        UsageError: a value is not a number or not within [0, 1], or its rows are none.
    """
    setting = Setting.of(circumstances)
    with localcontext(EXACT):
        reference = read_reference(human_error, read_rate, "rate", setting.confidence)
        errors = Errors(
            human=None if reference is None else reference.level,
            train=_level("train", "train_error", train_error),
            train_dev=None if train_dev_error is None else _level("train_dev", "train_dev_error", train_dev_error),
            validation=_level("validation", "validation_error", validation_error),
            test=None if test_error is None else _level("test", "test_error", test_error),
            one_pool=setting.one_pool,
            jobs=setting.jobs,
        )
        smallest = read_rate("floor", floor)
        return conclude(errors, rate_scale(errors, "error", "error", smallest), setting, reference)


def rate_scale(errors: Errors, metric: str, loss: str, floor: Decimal) -> Scale:
    """The scale of rates, with as many decimals as it takes to show these."""
    decimals = percent_decimals([floor, *(level.value for level in errors.levels)])
    return Scale(metric, loss, rate=True, floor=floor, decimals=decimals)


def _level(place: Place, name: str, given: Loss) -> Level:
    return level_of(place, name, given, read_rate, "rate")
