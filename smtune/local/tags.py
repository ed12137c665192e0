"""Tags of tuning jobs and training jobs.

How the engine runs a tuning job is shown as tags, too, which nobody changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from smtune.local.answers import ServiceAnswerError
from smtune.local.pages import paged
from smtune.local.store import Store

Json = dict[str, Any]
_PREFIX = "smtune:local:"
_MOST = 50


class Tags:
    """AddTags, DeleteTags, ListTags."""

    def __init__(self, store: Store, check: Callable[[str, str], object]) -> None:
        """`check(kind, name)` raises what the service answers for a resource that is not there."""
        self._store = store
        self._check = check
        self.operations: Mapping[str, Callable[[Json], Json]] = {
            "AddTags": self.add,
            "DeleteTags": self.delete,
            "ListTags": self.list_all,
        }

    def add(self, request: Json) -> Json:
        kind, name = self._resource(request)
        given = {item["Key"]: item["Value"] for item in request["Tags"]}
        tags = {**self._own(kind, name), **given}
        if len(tags) > _MOST:
            message = f"A resource can have {_MOST} tags at most; this would make {len(tags)}"
            raise ServiceAnswerError("ResourceLimitExceeded", message)
        self._save(kind, name, tags)
        return {"Tags": _as_list(tags)}

    def delete(self, request: Json) -> Json:
        kind, name = self._resource(request)
        gone = set(request["TagKeys"])
        self._save(kind, name, {key: value for key, value in self._own(kind, name).items() if key not in gone})
        return {}

    def list_all(self, request: Json) -> Json:
        kind, name = self._resource(request)
        return paged(
            "Tags", _as_list({**self._own(kind, name), **self._notes(kind, name)}), request, default_size=_MOST
        )

    def _resource(self, request: Json) -> tuple[str, str]:
        kind, _, name = request["ResourceArn"].rpartition(":")[2].partition("/")
        self._check(kind, name)
        return kind, name

    def _own(self, kind: str, name: str) -> Mapping[str, str]:
        if kind == "training-job":
            training = self._store.training_job(name)
            return {} if training is None else training.tags
        job = self._store.tuning_job(name)
        return {} if job is None else job.all_tags

    def _notes(self, kind: str, name: str) -> dict[str, str]:
        training = self._store.training_job(name) if kind == "training-job" else None
        job = self._store.tuning_job(name if training is None else training.tuning_job)
        return {} if job is None else {f"{_PREFIX}{key}": value for key, value in job.notes.items()}

    def _save(self, kind: str, name: str, tags: Mapping[str, str]) -> None:
        if kind == "training-job":
            self._store.change_training_job(name, tags=tags)
        else:
            self._store.change_tuning_job(name, tags=tags)


def _as_list(tags: Mapping[str, str]) -> list[Json]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
