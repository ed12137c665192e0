"""What a tuning job's own spec says beyond its request: the metrics of its diagnosis, human level, the split."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import boto3

from smtune.clone.kept import read_kept
from smtune.clone.running import look_up
from smtune.errors import SmtuneError
from smtune.patience import Line, Terms
from smtune.plan import SPEC_TAG
from smtune.spec import Table, TuningSpec

_JOBS = "/jobs/"


@dataclass(frozen=True)
class Kept:
    """What is known of a tuning job by its tags."""

    spec: TuningSpec | None = None
    prefix: str | None = None
    """The S3 prefix of everything that smtune uploaded for it."""
    notes: tuple[str, ...] = ()

    def metrics_of(self, objective: str) -> tuple[str, str | None]:
        """The metric on the validation rows that human level is said of, and the one on the training rows."""
        said = self.spec.diagnosis.metrics if self.spec and self.spec.diagnosis else None
        return (said.validation or objective, said.train) if said else (objective, None)

    @property
    def human(self) -> float | None:
        """Human level, as a loss."""
        said = self.spec.diagnosis if self.spec else None
        if said is None:
            return None
        return min((group.error for group in said.people), default=said.human_error)

    def split_notes(self) -> Iterator[str]:
        """What a draw by chance does otherwise than the split of the spec's table."""
        data = self.spec.data if self.spec else None
        if not isinstance(data, Table):
            return
        if data.split.group is not None:
            yield (
                f"rows are drawn one by one, though those of one {data.split.group} belong together: that column is "
                f"not in the channel. What new {data.split.group}s bring may be more than this shows"
            )
        if data.split.time is not None:
            yield f"rows are drawn by chance, not by {data.split.time}: what newer rows bring is another question"


def kept_of(session: boto3.Session, tuning_job: str, terms: Terms) -> Kept:
    """The spec that smtune kept of a tuning job, if it did; what cannot be read is a note."""
    running = look_up(session, tuning_job, terms)
    uri = running.tag(SPEC_TAG)
    if uri is None:
        return Kept()
    prefix = uri.rpartition(_JOBS)[0] if _JOBS in uri else None
    try:
        return Kept(read_kept(Line(session, terms), uri), prefix)
    except SmtuneError as error:
        return Kept(None, prefix, (f"the job's own spec, {uri}, cannot be read: {error}",))
