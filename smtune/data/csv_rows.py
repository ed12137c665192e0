"""The rows of a CSV file, as text."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from smtune.data.complaint import complaint

_NO_FILE = "it is a pipe or a device"  # which may never answer, or never end


@contextmanager
def open_rows(path: Path, *, delimiter: str = ",") -> Iterator[Iterator[list[str]]]:
    """The rows, the header among them; raises SpecError where they turn out to be none while they are read."""
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise ValueError(_NO_FILE)
        with path.open(encoding="utf-8-sig", newline="") as stream:
            yield csv.reader(stream, delimiter=delimiter, strict=True)
    except FileNotFoundError:
        raise complaint("data.source", f"there is no file {path}", "paths are relative to the spec's folder") from None
    except (ValueError, OSError, csv.Error) as error:
        raise complaint("data.source", f"cannot read {path} as CSV: {error}", "give a CSV file with a header") from None
