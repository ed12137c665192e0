"""An address where nothing was ever heard: a few tries say so, where botocore has many to outlast a bad network."""

from __future__ import annotations

from typing import Any

from smtune.service import dead_end

_TRIES = 3


class Silence:
    """A handler of botocore's event `needs-retry` that ends a call which no further try can help."""

    def __init__(self) -> None:
        self._heard: set[str] = set()

    def __call__(self, endpoint: Any, attempts: int, caught_exception: Exception | None, **_: Any) -> None:
        """Raise the error of a call to where no connection can be made, and none ever was."""
        if caught_exception is None:
            self._heard.add(endpoint.host)
        elif attempts >= _TRIES and endpoint.host not in self._heard and dead_end(caught_exception):
            raise caught_exception
