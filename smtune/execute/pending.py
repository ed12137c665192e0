"""Launches under a new name that are under way, so that one that was interrupted is finished, not repeated."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from smtune.errors import ConfigurationError
from smtune.files import OWNER_ONLY, write_whole
from smtune.folders import state_folder


@dataclass(frozen=True)
class Pending:
    """The file that remembers the name of one launch while it is under way."""

    file: Path

    @classmethod
    def of(cls, place: str, name: str) -> Pending:
        """For a launch at `place` (account and region) of what would be called `name` the first time."""
        key = hashlib.sha256(f"{place}/{name}".encode()).hexdigest()[:24]
        return cls(state_folder() / "launches" / f"{key}.json")

    def name(self) -> str | None:
        """The name that an interrupted launch had chosen; None where there was none, or the file is not whole."""
        try:
            return str(json.loads(self.file.read_text(encoding="utf-8"))["name"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def remember(self, name: str) -> None:
        """Say that a launch called `name` begins. Raises ConfigurationError where that cannot be written down."""
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self.file, json.dumps({"name": name}).encode(), OWNER_ONLY)
        except OSError as error:
            place = error.filename or self.file
            message = f"{place}: {error.strerror}; --new keeps a note there: name a folder with XDG_STATE_HOME"
            raise ConfigurationError(message) from None

    def forget(self) -> None:
        """Say that the launch has been told to whoever asked for it."""
        self.file.unlink(missing_ok=True)
