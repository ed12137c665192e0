"""`plan --online`: the plan at the place that AWS names, and what AWS says to it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from smtune.cli.examined import subject_of
from smtune.draft import DraftOptions, draft
from smtune.plan.document import PlanDocument
from smtune.preflight import Check, examine
from smtune.session import configuration_of, connect, site_of
from smtune.spec.source import Layers
from smtune.where import Where


def draft_online(
    layers: Layers, options: Mapping[str, Any], offline: DraftOptions
) -> tuple[PlanDocument, DraftOptions, tuple[Check, ...]]:
    """The plan, what it was made with, and the checks of it."""
    session = connect(Where("aws", **options["reach"]))
    place = {name: value for name, value in options["place"].items() if name != "account"}
    configuration = configuration_of(session, place)
    chosen = dataclasses.replace(offline, configuration=configuration, site=site_of(session, configuration))
    document = draft(layers, chosen)
    return document, chosen, examine(session, subject_of(document, chosen.site))
