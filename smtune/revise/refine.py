"""Spec + its training jobs -> the spec of the next round, with a reason for every change. Pure: nothing is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from smtune.errors import JobError, Problem, SpecError
from smtune.revise.check import checked
from smtune.revise.choice import revise_choice
from smtune.revise.forbidden import errors_of
from smtune.revise.legal import bounds_of
from smtune.revise.limits import revise_limits
from smtune.revise.model import Change, RefineOptions, Revision, Trial
from smtune.revise.number import revise_number
from smtune.revise.put import plain, value_at, with_hyperparameters
from smtune.revise.sample import Sample
from smtune.revise.verdict import Verdict
from smtune.spec import Categorical, Continuous, Definition, Integer, TuningSpec
from smtune.spec.document import Path
from smtune.spec.ranges import Range

Verdicts = Mapping[Path, Verdict]


def refine(spec: TuningSpec, trials: Sequence[Trial], options: RefineOptions | None = None) -> Revision:
    """The next round of `spec`, by how its training jobs ended.

    Ranges are narrowed to where the best lie, widened where the best is at an end, and cut where training jobs fail;
    scales, kinds, strategy and everything else stay. With few training jobs little is changed. Raises JobError where no
    training job has an objective, SpecError where the options break a rule.
    """
    options = options or RefineOptions()
    if not any(trial.is_measured for trial in trials):
        message = f"no training job of {spec.name} has ended with an objective, so nothing is known of its ranges"
        raise JobError(message)
    notes: list[str] = []
    verdicts = _keep_one(spec, dict(_verdicts(spec, trials, options, notes)), notes)
    known = {(finding.rule, name) for name, finding in errors_of(spec)}
    while True:
        next_spec, changes = _applied(spec, verdicts, options)
        broken = [(name, finding) for name, finding in errors_of(next_spec) if (finding.rule, name) not in known]
        names = {name for name, _ in broken}
        illegal = [path for path, verdict in verdicts.items() if verdict.reasons and names & {path[-1], ""}]
        if not broken:
            break
        if not illegal:
            problems = [Problem(0, 0, name, item.message, item.fix, item.rule) for name, item in broken]
            raise SpecError(tuple(dict.fromkeys(problems)), source=spec.name)
        for path in illegal:
            notes.append(f"{path[-1]}: unchanged, a rule forbids what it would become")
            verdicts = {**verdicts, path: Verdict(value_at(spec, path))}
    notes += [note for verdict in verdicts.values() for note in verdict.notes]
    return Revision(next_spec, changes, tuple(notes))


def _verdicts(
    spec: TuningSpec, trials: Sequence[Trial], options: RefineOptions, notes: list[str]
) -> Iterator[tuple[Path, Verdict]]:
    for index, definition in enumerate(spec.definitions):
        own = [trial for trial in trials if not spec.algorithms or trial.algorithm == definition.name]
        sample = Sample(own, definition.objective.maximizes, options.top, len(definition.ranges))
        of = f" of {definition.name}" if spec.algorithms else ""
        notes.append(_summary(sample, of))
        start: Path = ("algorithms", index, "hyperparameters") if spec.algorithms else ("hyperparameters",)
        for name, range_ in definition.ranges.items():
            if sample.measured:
                yield (*start, name), _verdict(name, range_, sample, definition)


def _verdict(name: str, range_: Range, sample: Sample, definition: Definition) -> Verdict:
    if isinstance(range_, Categorical):
        return revise_choice(name, range_, sample)
    return revise_number(name, range_, sample, bounds_of(name, range_, definition))


def _summary(sample: Sample, of: str) -> str:
    count, failed = len(sample.measured), len(sample.failed)
    sentence = f"refined by {count} training jobs{of} with an objective, the best {len(sample.best)} of them"
    sentence += f", and {failed} that failed" if failed else ""
    if count > 1 and len(sample.first) == count:
        return f"{sentence}; all are equally good, so nothing tells where to search"
    if not sample.is_enough:
        sentence += f"; that is little evidence for {_ranges(sample)} ({sample.wanted} would be enough)"
    return sentence


def _ranges(sample: Sample) -> str:
    return "one range" if sample.ranges == 1 else f"{sample.ranges} ranges"


def _keep_one(spec: TuningSpec, verdicts: dict[Path, Verdict], notes: list[str]) -> Verdicts:
    """Something has to be left to search: the last range that would go keeps its old form."""
    for index, definition in enumerate(spec.definitions):
        start: Path = ("algorithms", index, "hyperparameters") if spec.algorithms else ("hyperparameters",)
        paths = [(*start, name) for name in definition.ranges if (*start, name) in verdicts]
        left = [path for path in paths if isinstance(verdicts[path].after, Continuous | Integer | Categorical)]
        if paths and not left and not definition.hints:
            notes.append(f"{paths[-1][-1]}: keeps its range, as nothing else is left to search")
            verdicts[paths[-1]] = Verdict(value_at(spec, paths[-1]))
    return verdicts


def _applied(spec: TuningSpec, verdicts: Verdicts, options: RefineOptions) -> tuple[TuningSpec, tuple[Change, ...]]:
    changed = {path: verdict for path, verdict in verdicts.items() if verdict.reasons}
    changes = [
        Change(path, plain(value_at(spec, path)), plain(verdict.after), "; ".join(verdict.reasons), verdict.evidence)
        for path, verdict in changed.items()
    ]
    found = with_hyperparameters(spec, {path: verdict.after for path, verdict in changed.items()})
    if options.name is not None and options.name != spec.name:
        changes.insert(0, Change(("name",), spec.name, options.name, "as asked"))
        found = checked(found.model_copy(update={"name": options.name}))
    found, of_limits = revise_limits(found, options.jobs)
    return found, (*changes, *of_limits)
