"""Which keys of a spec say something that its `raw` says otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from smtune.request.origin import Path, origin
from smtune.request.write import to_request
from smtune.spec import TuningSpec


def overridden(spec: TuningSpec, data: Any, places: Mapping[Path, object]) -> tuple[Path, ...]:
    """The keys of the document (`data`, with the `places` of its paths) whose values `raw` replaces or removes.

    Defaults are not among them: to change what nobody said is what `raw` is for.
    """
    entries = tuple(entry.model_copy(update={"raw": {}}) for entry in spec.algorithms)
    if not spec.raw and entries == spec.algorithms:
        return ()
    before = to_request(spec.model_copy(update={"raw": {}, "algorithms": entries}))
    after = to_request(spec)
    said = {path: place for path, place in places.items() if "raw" not in path}
    found = (origin(path, before, said) for path in _changed(before, after, ()))
    return tuple(dict.fromkeys(keys for keys in found if keys and not isinstance(_value(data, keys), dict)))


def _changed(before: Any, after: Any, path: Path) -> Iterator[Path]:
    """The leaves of `before` that are another value or missing in `after`; lists of another length are one leaf."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key, value in before.items():
            yield from _changed(value, after.get(key), (*path, key))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _changed(one, other, (*path, index))
    elif before != after:
        yield path


def _value(data: Any, path: Path) -> Any:
    for part in path:
        data = data[part]
    return data
