"""A tuning job, wherever it is -> one folder that needs nothing else: `archive_job(session, job, folder)`.

Secrets are hidden before anything is written. The same job gives the same bytes, whenever it is archived.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import boto3

from smtune.archive.kept import Tags, keep_spec
from smtune.archive.manifest import (
    CURVES,
    FILE,
    LOGS,
    OBJECTS,
    SPEC,
    TAGS,
    TRAINING_JOBS,
    TUNING_JOB,
    Manifest,
    take_stock,
    to_json,
)
from smtune.errors import ServiceError, SpecError, UsageError
from smtune.files import folder_beside
from smtune.local.objects import object_path, parse_uri
from smtune.logs import log_lines
from smtune.request import from_description
from smtune.results import Calls, Trials, curves, pull
from smtune.results.calls import side_by_side
from smtune.results.download import fetch_model
from smtune.results.record import Record, hide_secrets
from smtune.secrecy import hide, secret_values
from smtune.veil import veiled

TAIL_LINES = 200


@dataclass(frozen=True)
class Contents:
    """What an archive has beside what it always has."""

    logs: bool = False
    """The whole log of each training job; else the last lines of those that failed."""
    models: bool = False
    """The model of each training job that has one."""


def archive_job(session: boto3.Session, tuning_job: str, folder: Path, contents: Contents | None = None) -> Manifest:
    """Write all of a tuning job into a new `folder`, whole or not at all.

    A spec that smtune kept of the job and that cannot be read is a remark of the manifest. Raises UsageError where
    `folder` has something in it, ServiceError.
    """
    wanted = contents or Contents()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        message = f"{folder} has something in it: name a new folder"
        raise UsageError(message)
    calls = Calls(session)
    trials = pull(session, tuning_job, calls=calls)
    tags = _tags(calls, trials)
    secrets = _secrets(calls, trials, tags)
    with folder_beside(folder) as draft:
        _write_job(trials, tags, draft)
        frame = curves(session, tuning_job, calls=calls)
        (draft / CURVES).write_bytes(to_json(_columns(frame)))
        _write_logs(calls, trials, draft, wanted, secrets)
        if wanted.models:
            _write_models(calls, trials, draft)
        remarks = tuple(keep_spec(session, tags, secrets, draft))
        manifest = take_stock(draft, trials.name, str(trials.description["HyperParameterTuningJobArn"]))
        (draft / FILE).write_bytes(manifest.to_json())
        draft.replace(folder)  # an empty folder may be there
    return replace(manifest, remarks=remarks)


def _tags(calls: Calls, trials: Trials) -> list[dict[str, str]]:
    arn = trials.description["HyperParameterTuningJobArn"]
    return [tag for page in calls.pages("sagemaker", "list_tags", ResourceArn=arn) for tag in page["Tags"]]


def _secrets(calls: Calls, trials: Trials, tags: Tags) -> tuple[str, ...]:
    """What the description that is kept has no more, but logs and the like may."""
    raw = calls.ask("sagemaker", "describe_hyper_parameter_tuning_job", HyperParameterTuningJobName=trials.name)
    return secret_values({**raw, "Tags": tags})


def _write_job(trials: Trials, tags: Tags, draft: Path) -> None:
    hidden = hide_secrets({"Tags": tags}, {"Tags": tags})["Tags"]
    shown = sorted(({name: hide(text, ()) for name, text in tag.items()} for tag in hidden), key=lambda tag: tag["Key"])
    (draft / TUNING_JOB).write_bytes(to_json(trials.description))
    (draft / TRAINING_JOBS).write_bytes(to_json([vars(record) for record in trials.records]))
    (draft / TAGS).write_bytes(to_json(shown))
    try:
        text, _ = veiled(from_description(trials.description, shown))
    except SpecError:
        return  # not every job's request can be said as a spec; the description has it all
    (draft / SPEC).write_text(text, encoding="utf-8")


def _columns(frame: Any) -> dict[str, list[Any]]:
    """Curves by column: times as milliseconds since the epoch, numbers as text, as JSON has no infinity."""
    return {
        "training_job": frame["training_job"].tolist(),
        "metric": frame["metric"].tolist(),
        "source": frame["source"].tolist(),
        "milliseconds": [round(time.timestamp() * 1000) for time in frame["time"]],
        "value": [repr(value) for value in frame["value"].tolist()],
    }


def _write_logs(calls: Calls, trials: Trials, draft: Path, wanted: Contents, secrets: tuple[str, ...]) -> None:
    records = [record for record in trials.records if wanted.logs or record.status == "Failed"]
    logs = side_by_side(lambda record: _lines(calls, record), records)
    (draft / LOGS).mkdir(exist_ok=True)
    for record, lines in zip(records, logs, strict=True):
        kept = lines if wanted.logs else lines[-TAIL_LINES:]
        # An event of CloudWatch may be of several lines.
        pairs = [(time, each) for time, text in kept for each in hide(text, secrets).split("\n")]
        content = "".join(f"{round(time * 1000)} {each}\n" for time, each in pairs)
        (draft / LOGS / f"{record.name}.log").write_bytes(content.encode("utf-8", "backslashreplace"))


def _lines(calls: Calls, record: Record) -> Sequence[tuple[float, str]]:
    try:
        return log_lines(calls.session, record.name)
    except ServiceError as error:
        if "NotFound" in error.code:
            return []
        raise


def _write_models(calls: Calls, trials: Trials, draft: Path) -> None:
    """The models at the place that S3 has them at, below a folder of their own."""
    for record in trials.records:
        uri = record.job.get("ModelArtifacts", {}).get("S3ModelArtifacts")
        if record.status == "Completed" and uri:
            target = object_path(draft / OBJECTS, *parse_uri(uri))
            target.parent.mkdir(parents=True, exist_ok=True)
            fetch_model(calls, uri, target)
