"""A place on S3 -> the objects of its set: one object, or what lies below a prefix as a local folder has it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from smtune.data.compare.stored.store import Json, Store
from smtune.data.upload.ignore import Rules
from smtune.errors import ServiceError, UsageError, legible, listed

_MOST = 100_000
_NAMED, _SHOWN = 5, 40
_RULES = Rules()


@dataclass(frozen=True)
class Stored:
    """An object as it was listed."""

    key: str
    size: int
    etag: str | None

    @property
    def name(self) -> str:
        """The last part of its key."""
        return self.key.rpartition("/")[2]


@dataclass(frozen=True)
class Listing:
    """The objects of a set, in the order of their keys."""

    objects: tuple[Stored, ...]
    notes: tuple[str, ...] = ()
    is_whole: bool = True
    """Whether there are no more."""


def list_stored(store: Store, *, all_of_them: bool) -> Listing:
    """What of a place is compared: of more than 100,000 keys the first ones, unless all are wanted.

    An object of that very key is the set by itself; else what lies below it as a folder; else what begins with it.
    Markers of folders, version control, secrets and clutter are left out, as in a local folder.

    Raises ServiceError where there is nothing, UsageError where nothing is left.
    """
    key, found, is_whole = store.place.key, list[Stored](), True
    for page in store.pages():
        listed_now = [_stored(item) for item in page]
        itself = next((each for each in listed_now if each.key == key and not key.endswith("/")), None)
        if itself is not None:
            return Listing((itself,))
        found += listed_now
        if len(found) >= _MOST and not all_of_them:
            is_whole = False
            break
    if not found:
        raise ServiceError("NoSuchKey", f"there is nothing at {store.uri}{_hint(store)}")
    folder = key if key.endswith("/") or not key else f"{key}/"
    below = [each for each in found if each.key.startswith(folder)]
    files = _files(below, folder)
    chosen = files or _files(found, key[: key.rfind("/") + 1])
    if not chosen:
        message = f"{store.uri}: there are no files, only folders and what is never data"
        raise UsageError(message)
    beside = len(found) - len(below) if files else 0
    return Listing(chosen, tuple(_notes(store, beside, is_whole=is_whole)), is_whole)


def _stored(item: Json) -> Stored:
    return Stored(str(item["Key"]), int(item["Size"]), item.get("ETag"))


def _hint(store: Store) -> str:
    """What is there instead, as far as that may be known."""
    try:
        names = store.beside()
    except ServiceError:
        names = []
    there = listed((legible(name, _SHOWN) for name in names), _NAMED)
    return f"\n    {f'beside it there is {there}' if names else 'name an object, or what the keys of some begin with'}"


def _files(objects: Iterable[Stored], folder: str) -> tuple[Stored, ...]:
    return tuple(each for each in objects if not each.key.endswith("/") and _is_taken(each.key.removeprefix(folder)))


def _is_taken(name: str) -> bool:
    """Whether the file of this name (below its folder, with slashes) would be read in a local folder."""
    parts = PurePosixPath(name).parts
    above: Sequence[str] = ["/".join(parts[: count + 1]) for count in range(len(parts) - 1)]
    return not _RULES.ignores_file(name) and not any(_RULES.ignores_folder(folder) for folder in above)


def _notes(store: Store, beside: int, *, is_whole: bool) -> Iterable[str]:
    if beside:
        yield (
            f"{store.uri}: a channel of this S3Uri would read {beside:,} more by its beginning alone; only what lies "
            "below it, as in a folder, is looked at"
        )
    if not is_whole:
        yield f"{store.uri}: only its first {_MOST:,} keys were looked at; --limit 0 reads all of them"
