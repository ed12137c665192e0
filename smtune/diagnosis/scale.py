"""What a loss is measured in, the floor below which a gap is not material, and how both are written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from smtune.diagnosis.quantity import EXACT

_TENTH_OF_A_PERCENT = Decimal("0.001")


@dataclass(frozen=True)
class Scale:
    """The metric, its loss, and the floor for gaps in the loss's unit."""

    metric: str
    """As the caller named it, as in `accuracy`."""
    loss: str
    """What the values are, as in `error`, `1 - accuracy` or `rmse`."""
    rate: bool
    """A rate is a fraction of 1 and written in percent; anything else is in the metric's own unit."""
    floor: Decimal | None
    """None where nothing given says how small a gap is too small to matter."""
    decimals: int = 1

    @property
    def noun(self) -> str:
        """What to call the loss in a sentence about a set."""
        return "error" if self.rate else self.loss

    def level(self, value: Decimal) -> str:
        """A level, as in `5.0 %`."""
        return f"{self.digits(value)} %" if self.rate else self.digits(value)

    def gap(self, value: Decimal) -> str:
        """A difference of levels, as in `4.0 points`; the sign is left to the sentence around it."""
        return f"{self.digits(abs(value))} points" if self.rate else self.digits(abs(value))

    def amount(self, value: float) -> str:
        """A limit of a difference, as in `3.3 points`, or `-1.0 points`."""
        return f"{self._limit(value)} points" if self.rate else self._limit(value)

    def between(self, limits: tuple[float, float]) -> str:
        """Confidence limits in a sentence, as in `2.4 and 4.9 points`."""
        low, high = limits
        return f"{self._limit(low)} and {self.amount(high)}"

    def span(self, limits: tuple[float, float]) -> str:
        """Confidence limits for a table, as in `2.4 to 4.9`."""
        low, high = limits
        return f"{self._limit(low)} to {self._limit(high)}"

    def _limit(self, value: float) -> str:
        shown = f"{100 * value:.{self.decimals}f}" if self.rate else f"{value:.4g}"
        return shown[1:] if shown.startswith("-") and not float(shown) else shown

    def signed(self, value: Decimal) -> str:
        """A difference for a table, as in `+4.0`."""
        return f"{'+' if value >= 0 else '-'}{self.digits(abs(value))}"

    def digits(self, value: Decimal) -> str:
        """The bare number, in percent for a rate."""
        return f"{value:.{self.decimals}%}"[:-1] if self.rate else f"{float(value):.6g}"


def percent_decimals(values: Iterable[Decimal]) -> int:
    """One decimal if that shows all the rates exactly, else two."""
    return 1 if all(value == round(value, 3) for value in values) else 2


def write_share(share: Decimal) -> str:
    """As in `80 %`, `22.2 %` or `over 100 %`; cut off, for 24.99 % must not read as the 25 % it misses."""
    if share > 1:
        return "over 100 %"
    shown = f"{share.quantize(_TENTH_OF_A_PERCENT, ROUND_DOWN, EXACT):.1%}"[:-1]
    return f"{shown.removesuffix('.0')} %"


def percent(fraction: float) -> str:
    """As in `95 %` or `97.5 %`."""
    return f"{100 * fraction:.4g} %"
