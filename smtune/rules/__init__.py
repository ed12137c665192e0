"""The service's rules that no schema can say: small functions with an id and a fix. Pure: a spec in, problems out."""

from smtune.rules import algorithm, limits, metrics
from smtune.rules.case import Broken, Case, Path, Rule
from smtune.spec import TuningSpec

__all__ = ["RULES", "Broken", "broken_rules"]

RULES: tuple[Rule, ...] = (
    limits.parallel,
    limits.space_size,
    limits.counts,
    limits.grid,
    limits.hyperband,
    metrics.regexes,
    metrics.objective,
    algorithm.image,
    algorithm.xgboost_hyperparameters,
)


def broken_rules(spec: TuningSpec) -> tuple[Broken, ...]:
    """Every rule that `spec` breaks."""
    found: list[Broken] = []
    for index, definition in enumerate(spec.definitions):
        base: Path = ("algorithms", index) if spec.algorithms else ()
        for rule in RULES:
            found += rule(Case(spec, definition, base))
    return tuple(dict.fromkeys(found))
