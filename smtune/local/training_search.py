"""SageMaker's Search on training jobs, answered from the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from smtune.local.answers import ServiceAnswerError
from smtune.local.describe import OUTLINED, describe_training_job
from smtune.local.matching import SearchProperties, matches, named_properties, property_value, required_value
from smtune.local.pages import paged
from smtune.local.records import TrainingJob, TuningJob
from smtune.local.store import Store
from smtune.service_model import shapes

Json = dict[str, Any]
_SIZE = 100
_DEFAULT_ORDER = "LastModifiedTime"


def search_training_jobs(store: Store, request: Json) -> Json:
    """Records of the TrainingJob shape; newest change first, as the service's default is."""
    if request["Resource"] != "TrainingJob":
        message = f"The local engine searches TrainingJob only so far, not {request['Resource']}"
        raise ServiceAnswerError("ValidationException", message)
    names = frozenset(shapes()["TrainingJob"]["members"])
    expression, order = request.get("SearchExpression", {}), request.get("SortBy", _DEFAULT_ORDER)
    SearchProperties(names).check(expression, request.get("SortBy"))
    records = _Records(store, names, expression)
    # A look at thousands of whole records for each page of a hundred would take minutes.
    wanted = {*named_properties(expression), order}
    suffices = wanted <= OUTLINED.keys()
    found = records.outlines(wanted) if suffices else records.whole()
    found = [item for item in found if matches(expression, item)]
    found.sort(key=lambda item: _sortable(property_value(item, order)))
    if request.get("SortOrder", "Descending") == "Descending":
        found.reverse()
    answer = paged("Results", found, request, default_size=_SIZE)
    results = [records.of(item["TrainingJobName"]) for item in answer["Results"]] if suffices else answer["Results"]
    hits = {"Value": len(found), "Relation": "EqualTo"}
    return {**answer, "Results": [{"TrainingJob": item} for item in results], "TotalHits": hits}


class _Records:
    """What may match; where a tuning job is asked for, only its own training jobs are read."""

    def __init__(self, store: Store, names: frozenset[str], expression: Mapping[str, Any]) -> None:
        owner = required_value(expression, "TuningJobArn")
        self._of = None if owner is None else owner.rpartition("/")[2]
        self._store = store
        self._names = names
        self._jobs: dict[str, TuningJob] = {}

    def outlines(self, wanted: Iterable[str]) -> list[Json]:
        """Of each only its name, and what is wanted of `OUTLINED`."""
        entries = self._store.all_entries() if self._of is None else self._store.entries_named(self._of)
        told = {name: OUTLINED[name] for name in {"TrainingJobName", *wanted}}
        return [{name: of(self._tuning_job(each.tuning_job), each) for name, of in told.items()} for each in entries]

    def whole(self) -> list[Json]:
        of, store = self._of, self._store
        jobs = store.all_training_jobs() if of is None else store.training_jobs_named(of)
        return [self._record(each) for each in jobs]

    def of(self, name: str) -> Json:
        """The training job of this name."""
        training = self._store.training_job(name)
        assert training is not None  # noqa: S101  it was found a moment ago
        return self._record(training)

    def _record(self, training: TrainingJob) -> Json:
        described = describe_training_job(self._tuning_job(training.tuning_job), training)
        record = {name: value for name, value in described.items() if name in self._names}
        tags = [{"Key": key, "Value": value} for key, value in training.tags.items()]
        return {**record, "Tags": tags} if tags else record

    def _tuning_job(self, name: str) -> TuningJob:
        if name not in self._jobs:
            job = self._store.tuning_job(name)
            assert job is not None  # noqa: S101  a training job's tuning job is never forgotten
            self._jobs[name] = job
        return self._jobs[name]


def _sortable(value: Any) -> tuple[bool, str, Any]:
    """Records without the property come last in the default, descending order."""
    return (value is not None, type(value).__name__, value if value is not None else 0)
