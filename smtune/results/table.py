"""Training jobs as a table: one row each, every column of one type."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from smtune.results.record import OBJECTIVE, Record
from smtune.results.space import Algorithm, algorithm_of, algorithms, tuned_names
from smtune.spec.ranges import decode

if TYPE_CHECKING:
    import pandas as pd

PREFIX = "hp."
METRIC_PREFIX = "metric."
_TIMES = ("created", "started", "ended")
_NUMBERS = {"objective": "Float64", "seconds": "Float64", "billable_seconds": "Int64", "instances": "Int64"}
_NUMBERS |= {"volume_gb": "Int64", "spot": "boolean"}
_COLUMNS = ("name", "status", "objective", "objective_status", "created", "started", "ended", "seconds")
_MORE = ("definition", "secondary_status", "billable_seconds", "instance_type", "instances", "volume_gb", "spot")


def tabulate(description: Mapping[str, Any], records: Sequence[Record]) -> pd.DataFrame:
    """A row for each training job, in the order they were created: `Trials.frame` says which columns."""
    import pandas as pd  # half a second: only who wants a table waits for it

    known = algorithms(description)
    ordered = sorted(records, key=lambda record: (record.job["CreationTime"], record.name))
    owners = [algorithm_of(record, known) or known[0] for record in ordered]
    rows = [_row(record, owner, len(known) > 1) for record, owner in zip(ordered, owners, strict=True)]
    frame = pd.DataFrame(rows, columns=[*_COLUMNS, "failure_reason", *_MORE, "artifact"])
    for column in _TIMES:
        milliseconds = [None if value is None else round(value * 1000) for value in (row[column] for row in rows)]
        frame[column] = pd.to_datetime(pd.Series(milliseconds, dtype="Int64"), unit="ms", utc=True)
    for column, dtype in _NUMBERS.items():
        frame[column] = pd.Series([row[column] for row in rows], dtype=dtype)
    tuned = [_tuned(record, owner) for record, owner in zip(ordered, owners, strict=True)]
    names = dict.fromkeys(name for item in [*(owner.kinds for owner in known), *tuned] for name in item)
    parts = {f"{PREFIX}{name}": _hyperparameter(name, tuned, owners, known) for name in names}
    metrics = dict.fromkeys(name for record in ordered for name in _metric_names(record))
    finals = [record.metrics for record in ordered]
    parts |= {f"{METRIC_PREFIX}{name}": ([each.get(name) for each in finals], "Float64") for name in metrics}
    columns = {name: pd.Series(values, dtype=dtype) for name, (values, dtype) in parts.items()}
    return pd.concat([frame, pd.DataFrame(columns, index=frame.index)], axis=1)


def objective_of(record: Record, owner: Algorithm) -> float | None:
    """The final value of what a training job was tuned for, where it is a number."""
    value = record.metrics.get(record.hyperparameters.get(OBJECTIVE, owner.metric), math.nan)
    return None if math.isnan(value) else value


def _row(record: Record, owner: Algorithm, is_one_of_several: bool) -> dict[str, Any]:
    job = record.job
    started, ended = job.get("TrainingStartTime"), job.get("TrainingEndTime")
    objective = objective_of(record, owner)
    kinds = instances_of(job)
    return {
        "name": record.name,
        "status": record.status,
        "objective": objective,
        "objective_status": record.objective_status or objective_status_of(record, objective),
        "created": job["CreationTime"],
        "started": started,
        "ended": ended,
        "seconds": round(ended - started, 3) if started and ended else None,
        "failure_reason": job.get("FailureReason"),
        "definition": owner.name if is_one_of_several else None,
        "secondary_status": job.get("SecondaryStatus"),
        "billable_seconds": job.get("BillableTimeInSeconds"),
        "instance_type": " + ".join(kinds) or None,
        "instances": sum(kinds.values()) or None,
        "volume_gb": job.get("ResourceConfig", {}).get("VolumeSizeInGB"),
        "spot": job.get("EnableManagedSpotTraining", False),
        "artifact": job.get("ModelArtifacts", {}).get("S3ModelArtifacts"),
    }


def objective_status_of(record: Record, objective: float | None) -> str:
    """What the service says of it, as far as the training job itself tells."""
    if not record.is_over:
        return "Pending"
    return "Succeeded" if objective is not None and record.status != "Failed" else "Failed"


def instances_of(job: Mapping[str, Any]) -> dict[str, int]:
    """Instance type -> how many a training job had, given DescribeTrainingJob's answer."""
    resources = job.get("ResourceConfig", {})
    kinds: dict[str, int] = {}
    chosen = {
        "InstanceType": resources.get("SelectedInstanceType") or resources.get("InstanceType"),
        "InstanceCount": resources.get("SelectedInstanceCount") or resources.get("InstanceCount", 1),
    }
    for item in resources.get("InstanceGroups") or ([chosen] if chosen["InstanceType"] else []):
        kinds[item["InstanceType"]] = kinds.get(item["InstanceType"], 0) + item["InstanceCount"]
    return kinds


def _metric_names(record: Record) -> list[str]:
    """In the order in which they are defined, others after them."""
    finals = record.metrics
    return [name for name in dict.fromkeys([*record.metric_names, *finals]) if name in finals]


def _tuned(record: Record, owner: Algorithm) -> dict[str, str]:
    values = record.hyperparameters
    return {name: values[name] for name in tuned_names(record, owner) if name in values}


def _hyperparameter(
    name: str, tuned: Sequence[Mapping[str, str]], owners: Sequence[Algorithm], known: Sequence[Algorithm]
) -> tuple[list[Any], str]:
    """One hyperparameter of all jobs, each read as its own algorithm's range says; and the column's type."""
    values = [
        _value(name, mine[name], owner) if name in mine else None for mine, owner in zip(tuned, owners, strict=True)
    ]
    kinds = {item.kinds[name] for item in known if name in item.kinds}
    kinds_of_values = {type(value) for value in values if value is not None}
    if str in kinds_of_values or "categorical" in kinds:
        return values, "string" if kinds_of_values <= {str} else "object"
    return values, "Int64" if kinds == {"integer"} and kinds_of_values <= {int} else "Float64"


def _value(name: str, text: str, owner: Algorithm) -> int | float | str:
    kind = owner.kinds.get(name)
    if kind == "categorical":
        return _unquoted(text, owner.choices[name])
    if kind is None:
        value = decode(text)  # Autotune chose it: nothing says of what kind it is
        return str(value) if isinstance(value, bool) else value
    try:
        return int(text) if kind == "integer" else float(text)  # int: whole numbers above 2**53 stay what they are
    except ValueError:
        return _number(text)


def _number(text: str) -> int | float | str:
    """A whole number that is spelt `32.0`, say; what is no number at all stays text."""
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() else number


def _unquoted(text: str, choices: tuple[str, ...]) -> str:
    """The SDKs write the choice adam as `"adam"`: without the quotes, unless another choice is then the same."""
    plain = [_without_quotes(choice) for choice in choices]
    return text if len(set(plain)) < len(plain) else _without_quotes(text)


def _without_quotes(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] == '"':
        try:
            value = json.loads(text)
        except ValueError:
            return text
        return value if isinstance(value, str) else text
    return text
