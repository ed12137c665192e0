"""What to train on parts of the rows, and how."""

from __future__ import annotations

from dataclasses import dataclass, field

from smtune.data.upload.settings import UploadSettings
from smtune.errors import UsageError
from smtune.estimate import PriceTable
from smtune.patience import Terms

SHARES = (0.125, 0.25, 0.5, 1.0)
_MOST_REPEATS = 1000
_MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class GrowthOptions:
    """What to train on parts of the rows, and how."""

    shares: tuple[float, ...] = SHARES
    """Of the training rows, each above 0 and at most 1."""
    repeats: int = 3
    """Trainings on each share, each on rows of its own draw."""
    seed: int = 0
    """Decides which rows are drawn, and the seeds of the trainings."""
    metric: str | None = None
    """What is measured on the validation rows; None: the objective."""
    train_metric: str | None = None
    """The same on the training rows; None: the one that goes with it."""
    target: float | None = None
    """The loss that is wanted; None: human level, where the job's own spec says it."""
    channel: str | None = None
    """The channel of the training rows; None: `train` or `training`."""
    header: bool | None = None
    """Whether CSV begins with names; None: never for a built-in algorithm, else as it looks."""
    limit: int = 1024 * _MEBIBYTE
    """Bytes that the channel may have at most; 0: any number."""
    to: str | None = None
    """S3 prefix for the parts; None: beside what smtune uploaded for the job, or in the channel's own bucket."""
    parallel: int | None = None
    """Training jobs at once; None: as many as in the tuning job."""
    prices: PriceTable | None = None
    """None: the shipped ones."""
    uploads: UploadSettings = field(default_factory=UploadSettings)
    terms: Terms = field(default_factory=lambda: Terms(patience=180.0))


def refuse_unfit(options: GrowthOptions) -> None:
    """Raise UsageError for options that nothing can be made of."""
    shares = options.shares
    if not shares or len(set(shares)) < len(shares) or not all(0 < share <= 1 for share in shares):
        message = "shares are different parts of the training rows, above 0 and at most 100 %, as in 12.5,25,50,100"
        raise UsageError(message)
    if not 1 <= options.repeats <= _MOST_REPEATS or (options.parallel or 1) < 1 or options.seed < 0:
        message = f"train 1 to {_MOST_REPEATS} times on each share, 1 or more at once, with a seed of 0 or more"
        raise UsageError(message)
    if options.to is not None and not options.to.startswith("s3://"):
        message = f"{options.to}: the parts go to S3; name a prefix, as in s3://bucket/prefix"
        raise UsageError(message)
