"""Which definitions there are, and their names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from smtune.errors import shown
from smtune.rules.case import Case
from smtune.rules.rule import Broken, rule


@rule(
    "R2",
    title="Each of several algorithms has a name of its own.",
    source="API model; developer guide, multiple algorithms in one job",
    fix="give each of the algorithms a name",
)
def definition_names(case: Case) -> Iterator[Broken]:
    several = [part for part in case.parts if part.path[0] == "TrainingJobDefinitions"]
    counts = Counter(part.definition.get("DefinitionName") for part in several)
    for part in several:
        name = part.definition.get("DefinitionName")
        if name is None:
            yield Broken(part.at("DefinitionName"), "one of several algorithms has no name", "add name: to it")
        elif counts.pop(name, 1) > 1:
            message = f"two algorithms are named {shown(name)}"
            yield Broken(part.at("DefinitionName"), message, "give each a name of its own")


@rule(
    "R3",
    title="A request has one definition, or a list of them.",
    source="API model; SDK V2, session.py",
    fix="keep one of TrainingJobDefinition and TrainingJobDefinitions",
)
def one_kind(case: Case) -> Iterator[Broken]:
    given = [name for name in ("TrainingJobDefinition", "TrainingJobDefinitions") if name in case.request]
    if len(given) != 1:
        message = "one definition stands beside a list of them" if given else "nothing says what a training job runs"
        fix = "keep one of TrainingJobDefinition and TrainingJobDefinitions" if given else "add algorithm:"
        yield Broken((given[1],) if given else (), message, fix)
