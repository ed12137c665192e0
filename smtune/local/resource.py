"""What Hyperband deals out: values of the objective (epochs, mostly), or a hyperparameter that says how many."""

from __future__ import annotations

from collections.abc import Mapping

from smtune.local.records import Definition, TuningJob
from smtune.search.halving import Halving
from smtune.search.resource import EPOCHS, read_halving


def find_halving(job: TuningJob) -> Halving | None:
    """Hyperband's rungs; None for another strategy."""
    return read_halving({**job.request, "HyperParameterTuningJobConfig": job.config})


def resource_name(definition: Definition) -> str | None:
    """The static hyperparameter that says how long a definition trains, if there is one."""
    static: Mapping[str, str] = definition.body.get("StaticHyperParameters", {})
    return next((name for name in EPOCHS if static.get(name, "").isdecimal()), None)
