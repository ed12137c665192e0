"""Changes of hyperparameters -> the next spec, without those that a rule forbids."""

from __future__ import annotations

from collections.abc import Mapping

from smtune.revise.forbidden import errors_of
from smtune.revise.model import Change
from smtune.revise.put import plain, with_hyperparameters
from smtune.spec import TuningSpec
from smtune.spec.document import Path
from smtune.spec.ranges import Hyperparameter
from smtune.suggest.turn import Turned


def applied(spec: TuningSpec, turned: Mapping[Path, Turned]) -> tuple[TuningSpec, tuple[Change, ...], tuple[str, ...]]:
    """The next spec, its changes, and a sentence for each change that a rule forbids."""
    known = {(finding.rule, name) for name, finding in errors_of(spec)}
    left: dict[Path, Hyperparameter] = {path: each.after for path, each in turned.items() if each.after is not None}
    refused: list[str] = []
    while left:
        found = with_hyperparameters(spec, left)
        broken = [(name, finding) for name, finding in errors_of(found) if (finding.rule, name) not in known]
        names = {name for name, _ in broken}
        illegal = [path for path in left if path[-1] in names] or (list(left)[-1:] if broken else [])
        if not illegal:
            changes = (
                Change(path, _before(spec, path), plain(value), turned[path].reason) for path, value in left.items()
            )
            return found, tuple(changes), tuple(refused)
        for path in illegal:
            reason = next((finding.message for name, finding in broken if name == path[-1]), broken[0][1].message)
            refused.append(f"{path[-1]} stays as it is: {reason}")
            del left[path]
    return spec, (), tuple(refused)


def _before(spec: TuningSpec, path: Path) -> object:
    entry = spec.algorithms[int(path[1])] if path[0] == "algorithms" else spec
    value = entry.hyperparameters.get(str(path[-1]))
    return None if value is None else plain(value)
