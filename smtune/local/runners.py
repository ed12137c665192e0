"""What runs training jobs here, as peers: processes of this machine, and containers through the SDK's local mode."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from smtune.local.container.image import image_troubles
from smtune.local.container.trial import ContainerTrial, remove_leftovers
from smtune.local.process_trial import ProcessTrial
from smtune.local.processes import kill_recorded
from smtune.local.program import NoProgramError, find_program
from smtune.local.trial import Trial, TrialPlan


def start_trial(plan: TrialPlan) -> Trial:
    """Start a training job; raises OSError, tarfile.TarError or SmtuneError when that fails."""
    return ProcessTrial(plan) if plan.image is None else ContainerTrial(plan)


def find_troubles(runner: str, definition: Mapping[str, Any], programs: Mapping[str, str]) -> Iterator[str]:
    """Why nothing here would run a training job of `definition`; `programs` stand for images as processes."""
    if runner == "container":
        yield from image_troubles(definition)
        return
    try:
        find_program(definition, programs)
    except NoProgramError as error:
        yield str(error)


def kill_leftovers(folder: Path) -> None:
    """Kill what is left of a training job whose worker died, if there is anything: processes, and a container."""
    kill_recorded(folder)
    remove_leftovers(folder)
