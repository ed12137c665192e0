"""Faults met while a set is read: counted, with the first places of each kind."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from smtune.data.check.model import DataFinding, Severity, plural

_EXAMPLES = 5


@dataclass(frozen=True)
class Fault:
    """A kind of fault. `message` may hold `{count}`, as in `3 rows`, and `{detail}`, what the first of them has."""

    check: str
    severity: Severity
    message: str
    fix: str
    noun: str = "row"

    def of(self, algorithm: str) -> Fault:
        """The same fault with the algorithm's name in the place of `{algorithm}`."""
        message, fix = (text.replace("{algorithm}", algorithm or "the algorithm") for text in (self.message, self.fix))
        return replace(self, message=message, fix=fix)


@dataclass
class _Met:
    detail: str
    count: int = 0
    places: list[str] = field(default_factory=list)


class Tally:
    """Collects the faults of one set."""

    def __init__(self, channel: str) -> None:
        self.channel = channel
        self._met: dict[Fault, _Met] = {}

    def add(self, fault: Fault, place: str, detail: str = "", *, count: int = 1) -> None:
        """One more (or `count` more) of a kind, at `place`; `detail` is kept of the first one."""
        met = self._met.setdefault(fault, _Met(detail))
        met.count += count
        if len(met.places) < _EXAMPLES and place not in met.places:
            met.places.append(place)

    def findings(self) -> tuple[DataFinding, ...]:
        """One for each kind, in the order in which they were met."""
        return tuple(self._finding(fault, met) for fault, met in self._met.items())

    def _finding(self, fault: Fault, met: _Met) -> DataFinding:
        return DataFinding(
            check=fault.check,
            severity=fault.severity,
            channel=self.channel,
            place=met.places[0],
            message=fault.message.format(count=plural(met.count, fault.noun), detail=met.detail),
            fix=fault.fix,
            count=met.count,
            examples=tuple(met.places),
        )
