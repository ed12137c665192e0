"""A spec, in whatever form -> a tuner of the SageMaker SDK. Nothing is sent and nobody is asked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smtune.errors import UsageError
from smtune.request import from_request
from smtune.sdk.check import refuse_file, refuse_mistakes
from smtune.spec import TuningSpec, load_spec
from smtune.spec.source import Layers

if TYPE_CHECKING:
    from smtune.sdk.tuner import SpecTuner


def build_tuner(
    spec: TuningSpec | str | Path | Mapping[str, Any], session: Any = None, *, folder: str | Path | None = None
) -> SpecTuner:
    """The `sagemaker.train.tuner.HyperparameterTuner` whose `tune()` sends exactly the request of `spec`.

    `spec` is a TuningSpec, the path of a spec's file, or a CreateHyperParameterTuningJob request as a dict. Its paths
    are relative to `folder`, else to its file, else to the working folder. `session` is a boto3.Session or a session
    of the SageMaker SDK; without one a session on AWS is made when the first call is due. Building makes no call and
    needs no credentials.

    Raises SpecError with everything the rules refuse.
    """
    from smtune.sdk.tuner import SpecTuner  # the SDK takes seconds: whoever only looks this name up does not wait

    found, here = _read(spec)
    return SpecTuner(found, folder=here if folder is None else Path(folder).absolute(), session=session)


def _read(spec: Any) -> tuple[TuningSpec, Path]:
    here = Path.cwd()
    if isinstance(spec, str | Path):
        layers = Layers((Path(spec),))
        refuse_file(layers)
        return load_spec(layers), layers.folder
    if isinstance(spec, Mapping):
        spec = from_request(spec)
    if not isinstance(spec, TuningSpec):
        message = f"{type(spec).__name__} is no spec: give a TuningSpec, the path of a spec, or a request as a dict"
        raise UsageError(message)
    refuse_mistakes(spec)
    return spec, here
