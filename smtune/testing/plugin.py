"""The pytest plugin: the fixture `smtune_local`. pytest loads it at every start, so it imports nothing by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from smtune.testing.service import LocalService


@pytest.fixture
def smtune_local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalService]:
    """A tuning service of this test's own; `time.sleep` of the test moves its clock and takes no time."""
    from smtune.testing.service import LocalService

    with LocalService(tmp_path_factory.mktemp("smtune")) as service, service.sleeping():
        yield service
