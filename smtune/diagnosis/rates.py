"""`diagnose`: the entry for error rates."""

from __future__ import annotations

from decimal import Decimal, localcontext

from smtune.diagnosis.conclusion import conclude
from smtune.diagnosis.model import Diagnosis, Errors, Level, Place
from smtune.diagnosis.quantity import EXACT, Number, read_optional, read_rate
from smtune.diagnosis.rule import RATE_FLOOR
from smtune.diagnosis.scale import Scale, percent_decimals


def diagnose(
    *,
    human_error: Number | None,
    train_error: Number,
    validation_error: Number,
    test_error: Number | None = None,
    train_dev_error: Number | None = None,
    algorithm: str | None = None,
    one_pool: bool = False,
    floor: Number = RATE_FLOOR,
) -> Diagnosis:
    """Say which gap between human level, training, validation and test to work on first.

    Args:
        human_error: The best human level known (a team before a single person), the stand-in for the lowest
            possible error. None means unknown: bias is then not assessable.
        train_error, validation_error, test_error: Error rates of the same model.
        train_dev_error: On rows drawn like training but not trained on. It separates variance from mismatch.
        algorithm: `xgboost` adds hyperparameters to the remedies; any other name adds none.
        one_pool: Validation and test were drawn at random from the same rows, so they cannot be mismatched.
        floor: A gap up to this is never high.

    All numbers are fractions of 1 (0.05) or percentages in a string ("5%"). `smtune.diagnosis.rule` has the
    rule and where it comes from.

    Raises:
        UsageError: a value is not a number or not within [0, 1].
    """
    with localcontext(EXACT):
        errors = Errors(
            human=_level("human", "human_error", human_error),
            train=Level("train", read_rate("train_error", train_error)),
            train_dev=_level("train_dev", "train_dev_error", train_dev_error),
            validation=Level("validation", read_rate("validation_error", validation_error)),
            test=_level("test", "test_error", test_error),
            one_pool=one_pool,
        )
        smallest = read_rate("floor", floor)
        return conclude(errors, rate_scale(errors, "error", "error", smallest), algorithm)


def rate_scale(errors: Errors, metric: str, loss: str, floor: Decimal) -> Scale:
    """The scale of rates, with as many decimals as it takes to show these."""
    decimals = percent_decimals([floor, *(level.value for level in errors.levels)])
    return Scale(metric, loss, rate=True, floor=floor, decimals=decimals)


def _level(place: Place, name: str, value: Number | None) -> Level | None:
    rate = read_optional(read_rate, name, value)
    return None if rate is None else Level(place, rate)
