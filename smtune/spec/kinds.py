"""Which keys exclude each other: a range or a choice, a table or channels. An overlay that says one ends the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from smtune.spec.document import Path

NAME_KEYS = (
    "name",
    "DefinitionName",
    "ChannelName",
    "HyperParameterTuningJobName",
    "InstanceGroupName",
    "Name",
    "Key",
)
"""The member that names an item of a list, in a spec and (below `raw`) in a request."""


@dataclass(frozen=True)
class Kind:
    """One of several things that can stand at a path."""

    marks: tuple[str, ...]
    """Any of these says that it is this kind."""
    others: tuple[str, ...] = ()
    """What else it can have."""

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(self.marks + self.others)


_PLACES = (Kind(("uri",)), Kind(("file_system",)), Kind(("dataset",)))
KINDS: Mapping[tuple[str, ...], tuple[Kind, ...]] = {
    ("hyperparameters", "*"): (Kind(("min", "max"), ("scale", "type")), Kind(("values",)), Kind(("hint",))),
    ("algorithm",): (
        Kind(("builtin",), ("version",)),
        Kind(("image",), ("program", "input_mode")),
        Kind(("arn",), ("input_mode",)),
        Kind(("script",)),
    ),
    ("objective",): (Kind(("maximize",)), Kind(("minimize",))),
    ("data",): (Kind(("source",), ("label", "split", "layout")), Kind(("channels",), ("test", "train_dev"))),
    ("data", "channels", "*"): _PLACES,
    ("data", "test"): _PLACES,
    ("data", "train_dev"): _PLACES,
    ("compute",): (
        Kind(("instance",), ("count", "volume_gb")),
        Kind(("groups",), ("volume_gb",)),
        Kind(("preferences",), ("volume_gb",)),
        Kind(("flexible",), ("allocation",)),
    ),
}
"""Path (`*` is any name; an entry of `algorithms` has the same) -> the kinds that exclude each other there."""


def kinds_at(path: Path) -> tuple[Kind, ...]:
    """The kinds of which one can stand at `path`; none where nothing excludes anything."""
    own = path[2:] if path[:1] == ("algorithms",) else path
    for pattern, kinds in KINDS.items():
        if len(own) == len(pattern) and all(want in ("*", part) for want, part in zip(pattern, own, strict=True)):
            return kinds
    return ()


def displaced(path: Path, old: set[str], new: set[str]) -> set[str]:
    """The `old` keys at `path` that belong to another kind than the one that the `new` keys say."""
    kinds = kinds_at(path)
    said = [kind for kind in kinds if new.intersection(kind.marks)]
    if not said:
        return set()
    kept, known = ({key for kind in group for key in kind.keys} for group in (said, kinds))
    return (old & known) - kept - new


def is_channel(path: Path) -> bool:
    """Whether a channel stands at `path`: there a text stands for `{uri: TEXT}`."""
    return kinds_at(path) is _PLACES
