"""Which keys of a clone say what the service says anyway: a description shows its defaults like what was asked for.

Sources: the API model's texts (DescribeHyperParameterTuningJob, Channel, StoppingCondition, OutputDataConfig) and the
normalisation in Terraform's AWS provider.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from smtune.spec.document import Path

_DAY = 86_400
_DEFAULTS: Mapping[tuple[str, ...], Any] = {
    ("early_stopping",): "off",
    ("output_compression",): "gzip",
    ("completion", "convergence"): False,
    ("compute", "runtime_seconds"): _DAY,
    ("compute", "spot"): False,
    ("compute", "keep_alive_seconds"): 0,
    ("security", "isolation"): False,
    ("security", "encrypt_traffic"): False,
    ("hyperparameters", "*", "scale"): "auto",
    ("data", "channels", "*", "compression"): "None",
    ("data", "channels", "*", "record_wrapper"): "None",
    ("data", "channels", "*", "distribution"): "FullyReplicated",
}
"""Path (`*`: any name) -> what the service takes where a request does not say it."""
_UNSURE = (("retries",),)
"""What a description has even where nobody asked for it; the value does not tell."""


def default_paths(data: Mapping[str, Any]) -> tuple[Path, ...]:
    """The keys of a spec's plain data whose value is the service's default."""
    found = [path for pattern, value in _DEFAULTS.items() for path in _matching(data, pattern, value)]
    for index, entry in enumerate(data.get("algorithms", ())):
        found += [("algorithms", index, *path) for path in default_paths(entry)]
    return tuple(found)


def default_comments(data: Mapping[str, Any]) -> Iterator[str]:
    """Sentences on the keys that may be nobody's wish."""
    paths = default_paths(data)
    if paths:
        yield f"the service's defaults, asked for or not: {_listed(paths)}"
    for pattern in _UNSURE:
        if _value(data, pattern) is not None:
            yield f"{pattern[-1]}: a description has it even where nobody asked for it"


def _matching(data: Any, pattern: Sequence[str], value: Any, path: Path = ()) -> Iterator[Path]:
    if not pattern:
        if data == value and isinstance(data, bool) == isinstance(value, bool):
            yield path
        return
    if isinstance(data, Mapping):
        for name in list(data) if pattern[0] == "*" else [pattern[0]]:
            if name in data:
                yield from _matching(data[name], pattern[1:], value, (*path, name))


def _value(data: Any, path: Sequence[str]) -> Any:
    for part in path:
        data = data.get(part) if isinstance(data, Mapping) else None
    return data


def _listed(paths: Sequence[Path]) -> str:
    """The keys in words; those of several channels or ranges once."""
    return ", ".join(dict.fromkeys(_general(path) for path in paths))


def _general(path: Path) -> str:
    words = [str(part) for part in path if not isinstance(part, int) and part != "algorithms"]
    if words[0] == "hyperparameters":
        return "scale: auto"
    return f"{words[-1]} of channels" if words[0] == "data" else ".".join(words)
