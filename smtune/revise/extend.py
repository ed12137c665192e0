"""A tuning job that ended, and its parents -> the spec of a child that learns from them. Pure: nothing is asked."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from smtune.errors import Problem, SpecError, UsageError
from smtune.request import Site, to_request
from smtune.revise.check import checked
from smtune.revise.model import Change, Revision
from smtune.rules import Finding, broken_rules, check_warm_start
from smtune.spec import Channels, TuningSpec, WarmStart
from smtune.spec.data import is_remote

Json = Mapping[str, Any]
Kind = Literal["identical", "transfer"]
MOST_PARENTS = 5
_SEVERAL = "R25"


@dataclass(frozen=True)
class ExtendOptions:
    """What the child is to be like."""

    jobs: int
    """New training jobs."""
    parallel: int | None = None
    data: Mapping[str, str] = field(default_factory=dict)
    """Channel -> the S3 URI to read instead of the parent's."""
    name: str | None = None


@dataclass(frozen=True)
class Family:
    """The tuning jobs to learn from: descriptions by name, the job itself first, then its parents, then theirs."""

    members: Mapping[str, Json]
    notes: tuple[str, ...] = ()
    """Which ancestors could not be described, and why."""


def extend(spec: TuningSpec, family: Family, options: ExtendOptions, site: Site | None = None) -> Revision:
    """The spec of a tuning job that starts warm from `family`, whose first member `spec` is a clone of.

    The type is `identical` where data and image are those of every parent, else `transfer`. Ancestors that a rule
    forbids, and those above five, are left out with a note. Raises SpecError with every rule (and its fix) that the job
    itself breaks, UsageError for a channel that it does not have.
    """
    job = next(iter(family.members))
    _refuse_several(spec, job)
    child, changes = _changed(spec, options)
    site, notes = site or Site(), list(family.notes)
    names = _legal_parents(child, family, site, notes)
    kind, why = _kind(child, family, names, site)
    warm = WarmStart(type=kind, parents=tuple(names))
    child = child.model_copy(update={"warm_start": warm})
    before = spec.warm_start.model_dump(mode="json") if spec.warm_start else None
    changes.append(Change(("warm_start",), before, warm.model_dump(mode="json"), why))
    known = {name: family.members[name] for name in names}
    findings = broken_rules(to_request(child, site), known)
    accepted = {(item.rule, item.path) for item in broken_rules(to_request(spec, site))}
    new = [item for item in findings if (item.rule, item.path) not in accepted]
    _refuse(new, job)
    notes += [f"{item.message} [{item.rule}]: {item.fix}" for item in new if item.severity == "warning"]
    return Revision(child, tuple(changes), tuple(notes))


def _refuse_several(spec: TuningSpec, job: str) -> None:
    if spec.algorithms:
        names = ", ".join(entry.name for entry in spec.algorithms)
        message = f"{job} tunes several algorithms ({names}), and such a job cannot start warm or be started from"
        fix = f"tune one algorithm alone: smtune clone {job} > spec.yaml, and keep one of algorithms"
        raise SpecError((Problem(0, 0, "warm_start", message, fix, _SEVERAL),), source=job)


def _changed(spec: TuningSpec, options: ExtendOptions) -> tuple[TuningSpec, list[Change]]:
    """The child without its parents: limits, data, seed, name."""
    changes: list[Change] = []
    values: dict[str, Any] = {"limits": spec.limits.model_copy(update={"jobs": options.jobs})}
    if options.jobs != spec.limits.jobs:
        changes.append(
            Change(("limits", "jobs"), spec.limits.jobs, options.jobs, "as asked; the parents' do not count")
        )
    parallel = options.parallel or min(spec.limits.parallel, options.jobs)
    if parallel != spec.limits.parallel:
        values["limits"] = values["limits"].model_copy(update={"parallel": parallel})
        reason = "as asked" if options.parallel is not None else "not more at once than in all"
        changes.append(Change(("limits", "parallel"), spec.limits.parallel, parallel, reason))
    if spec.seed is not None:
        values["seed"] = spec.seed + 1
        changes.append(
            Change(("seed",), spec.seed, spec.seed + 1, "with the parent's seed the same choices would come again")
        )
    if options.data:
        values["data"], replaced = _other_data(spec, options.data)
        changes += replaced
    if options.name is not None and options.name != spec.name:
        values["name"] = options.name
        changes.insert(0, Change(("name",), spec.name, options.name, "as asked"))
    return checked(spec.model_copy(update=values)), changes


def _other_data(spec: TuningSpec, data: Mapping[str, str]) -> tuple[Channels, list[Change]]:
    if not isinstance(spec.data, Channels):
        message = "--data: the job has no channels whose data could be another"
        raise UsageError(message)
    channels, changes = dict(spec.data.channels), []
    for name, uri in data.items():
        if name not in channels:
            message = f"--data {name}=...: the job has no channel {name!r}; its channels are {', '.join(channels)}"
            raise UsageError(message)
        if not is_remote(uri):
            message = f"--data {name}={uri}: write s3://bucket/prefix; `smtune data upload` sends files there"
            raise UsageError(message)
        if channels[name].uri is None:
            message = f"--data {name}=...: the channel reads a file system or a dataset, not S3"
            raise UsageError(message)
        if uri != channels[name].uri:
            changes.append(Change(("data", "channels", name), channels[name].uri, uri, "as asked"))
        channels[name] = channels[name].model_copy(update={"uri": uri})
    return spec.data.model_copy(update={"channels": channels}), changes


def _legal_parents(child: TuningSpec, family: Family, site: Site, notes: list[str]) -> list[str]:
    """The job, and of its ancestors those that the rules allow, the nearest first, five in all."""
    job, *ancestors = family.members
    names = [job]
    for name in ancestors:
        broken = _errors(child, family, [name], site)
        if broken:
            notes.append(f"ancestor {name} left out: {broken[0].message} [{broken[0].rule}]")
        elif len(names) == MOST_PARENTS:
            notes.append(f"ancestor {name} left out: a job has at most {MOST_PARENTS} parents [R27]")
        elif any(item.rule == "R17" for item in _errors(child, family, [*names, name], site)):
            notes.append(f"ancestor {name} left out: with its training jobs there would be too many [R17]")
        else:
            names.append(name)
    return names


def _errors(child: TuningSpec, family: Family, names: Sequence[str], site: Site) -> list[Finding]:
    warm = WarmStart(type="transfer", parents=tuple(names))
    request = to_request(child.model_copy(update={"warm_start": warm}), site)
    parents = {name: family.members[name] for name in names}
    own = {"R17"} if len(names) > 1 else set[str]()
    found = check_warm_start(request, parents) if not own else broken_rules(request, parents)
    return [item for item in found if item.severity == "error" and (not own or item.rule in own)]


def _kind(child: TuningSpec, family: Family, names: Sequence[str], site: Site) -> tuple[Kind, str]:
    warm = WarmStart(type="identical", parents=tuple(names))
    request = to_request(child.model_copy(update={"warm_start": warm}), site)
    found = check_warm_start(request, {name: family.members[name] for name in names})
    other = [item.message for item in found if item.rule == "R29"]
    if other:
        return "transfer", f"transfer: {'; '.join(dict.fromkeys(other))}"
    return "identical", "identical: data and image are those of every parent"


def _refuse(findings: Sequence[Finding], job: str) -> None:
    errors = [item for item in findings if item.severity == "error"]
    if errors:
        # Not placed: the spec that breaks them is written nowhere.
        problems = tuple(Problem(0, 0, "", item.message, item.fix, item.rule) for item in errors)
        raise SpecError(tuple(dict.fromkeys(problems)), source=job)


def with_wait(error: SpecError, job: str) -> SpecError:
    """`error` with the command that waits for a job that has not ended."""
    how = f"wait for it: smtune wait {job},"
    problems = [dataclasses.replace(item, fix=item.fix.replace("wait for it,", how)) for item in error.problems]
    return SpecError(tuple(problems), source=error.source)
