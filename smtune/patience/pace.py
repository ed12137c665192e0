"""How long to wait between two looks at a job: seldom enough for the service's quotas, soon enough for its end."""

from __future__ import annotations

from dataclasses import dataclass

from smtune.local.settings import ACCOUNT

_SLOWER = 1.3
_SHARE = 0.25
_SHORTEST = 0.2


@dataclass(frozen=True)
class Pace:
    """Pauses in seconds: they begin with `first` and grow by 30 % a look up to `slowest`."""

    first: float
    slowest: float

    def pause(self, looks: int, *, to_end: float | None = None) -> float:
        """Seconds to wait after the `looks`-th look (from 0).

        `to_end`: seconds until the job's end by its own pace, below 0 once that has passed. Around that moment the
        pause is a quarter of the distance to it: looks get more frequent before, and rare again if the end is late.
        """
        grown = self.first * _SLOWER ** min(looks, 50)
        near = self.slowest if to_end is None else max(self.first, abs(to_end) * _SHARE)
        return min(grown, self.slowest, near)

    @classmethod
    def every(cls, seconds: float) -> Pace:
        """The same pause always; never so short that a loop would be busy with nothing but asking."""
        pause = max(seconds, _SHORTEST)
        return cls(pause, pause)


ENGINE = Pace(0.5, 2.0)
"""For jobs that the local engine runs: asking costs nothing."""
SERVICE = Pace(5.0, 30.0)
"""For jobs on AWS: accounts have quotas as low as 2 requests a second, shared by all that look."""


def pace_of(arn: str | None) -> Pace:
    """The pace that fits whoever runs the job of this ARN; the local engine's account is 000000000000."""
    return ENGINE if arn is not None and f":{ACCOUNT}:" in arn else SERVICE
