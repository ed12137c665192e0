"""The SageMaker SDK, imported once, and an account that moto plays. A pytest plugin of the modules beside it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from sdk_support import SCRIPT, Aws, script_spec

from smtune.spec import dump_spec


@pytest.fixture(scope="session")
def sdk() -> None:
    """The SDK, imported: its own sources warn (escape sequences, deprecated pydantic) when they are first read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import sagemaker.train.tuner  # noqa: F401


@pytest.fixture(scope="session")
def sdk_account() -> Aws:
    """One session for all tests, because each new one reads the service models again."""
    import moto  # noqa: F401  its handler has to be there before the first session

    return Aws()


@pytest.fixture
def sdk_aws(sdk: None, sdk_account: Aws) -> Iterator[Aws]:
    """An empty account with a bucket."""
    from moto import mock_aws

    with mock_aws():
        sdk_account.begin()
        yield sdk_account


@pytest.fixture(scope="session")
def sdk_finished(sdk: None, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A tuner whose job has run on this machine: four training jobs, of which those with a high dose failed."""
    import smtune

    folder = tmp_path_factory.mktemp("finished")
    (folder / "train.py").write_text(SCRIPT, encoding="utf-8")
    (folder / "spec.yaml").write_text(dump_spec(script_spec()), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SMTUNE_HOME", str(folder / "state"))
        tuner = smtune.build_tuner(folder / "spec.yaml", smtune.connect("local"))
        tuner.tune(timeout=180, poll=0.2)
    return tuner
