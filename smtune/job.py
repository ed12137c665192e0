"""TuningJob: one object for a tuning job's life in Python, whether it runs on AWS or here."""

from __future__ import annotations

import dataclasses
import html
from collections.abc import Collection, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import boto3

from smtune import control, execute, progress, revise, run, triage
from smtune.advise import advise
from smtune.diagnosis import Diagnosis
from smtune.errors import JobError, SmtuneError, SpecError, UsageError
from smtune.examine import Known
from smtune.files import write_whole
from smtune.launching import Circumstances, launch_again, launch_spec
from smtune.patience import Terms
from smtune.progress import Progress, WaitOptions, parse_requirement
from smtune.progress.watching import LONGEST
from smtune.reporting import format_of, gather_report, rendered
from smtune.results import Best, best_training_job, curves, training_jobs
from smtune.revise.extend import ExtendOptions
from smtune.revise.job import extend_job, refine_job
from smtune.session import configuration_of, connect, find_session, renewed
from smtune.session.alike import trained_alike
from smtune.spec import TuningSpec, dump_spec, load_spec
from smtune.spec.document import Document
from smtune.spec.load import check_document
from smtune.suggest import Suggestions
from smtune.validate import check_file

if TYPE_CHECKING:
    import pandas as pd

    from smtune import growth, verify
    from smtune.growth import Grown
    from smtune.verify import Verified

Spec = TuningSpec | str | Path | Mapping[str, Any]


class TuningJob:
    """A tuning job by its name. To make one asks nobody anything: the first look does.

    Without a session a job that ran on this machine is found here, any other on AWS.
    """

    def __init__(self, name: str, session: boto3.Session | None = None) -> None:
        self.name = name
        self._given = session

    @cached_property
    def session(self) -> boto3.Session:
        """The boto3.Session that knows the job; raises ConfigurationError where AWS is not configured."""
        return self._given or find_session(self.name)

    def progress(self) -> Progress:
        """The job as it is now: status, counters, best so far."""
        return progress.look(self.session, self.name)

    def describe(self) -> dict[str, Any]:
        """The service's own description."""
        return progress.describe(self.session, self.name)

    def wait(self, *, timeout: float | None = None, require: Collection[str] = (), min_completed: int = 0) -> TuningJob:
        """Wait for its end (`timeout` in seconds), and for what is required of it, as `objective >= 0.9`.

        Raises JobError (it failed, or something required does not hold), StoppedError, WaitTimeoutError.
        """
        required = tuple(parse_requirement(text) for text in require)
        terms = Terms(renew=lambda: renewed(self.session), grace=15.0)
        seconds = LONGEST if timeout is None else timeout
        options = WaitOptions(seconds, require=required, min_completed=min_completed, terms=terms)
        progress.wait(self.session, self.name, options)
        return self

    def results(self) -> pd.DataFrame:
        """All training jobs, a row each: see `smtune.training_jobs` for the columns."""
        return training_jobs(self.session, self.name)

    def best(self) -> Best | None:
        """The best training job with all its final metrics; None while none has completed."""
        return best_training_job(self.session, self.name)

    def curves(self, metrics: Collection[str] | None = None) -> pd.DataFrame:
        """Every training job's learning curves, on one clock each: see `smtune.curves` for the columns."""
        return curves(self.session, self.name, metrics)

    def why(self) -> triage.Triage:
        """Why training jobs failed, grouped by cause."""
        return triage.why(self.session, self.name)

    def report(
        self, file: str | Path | None = None, *, compare: Collection[str] = (), known: Known | None = None
    ) -> run.Report:
        """Best training job, its score on held-out rows, and the diagnosis. All of the job goes into `file`, if named.

        The end of its name says the format: .html, .md or .json, else UsageError is raised. `compare`: other tuning
        jobs to put beside it there. `known`: human level and what else the job's own spec does not say.
        """
        if file is None:
            return run.report(self.session, self.name, known)
        form = format_of(Path(file))
        others = [(find_session(name), name) for name in compare]
        data = gather_report(self.session, self.name, others, known=known)
        write_whole(Path(file), rendered(data, form))
        return data.outcome

    def suggest(self, known: Known | None = None) -> Suggestions:
        """What to do next, the best first, each as a whole spec with a reason for every change."""
        return advise(self.session, self.name, known)

    def diagnose(self, known: Known | None = None) -> Diagnosis:
        """Bias, variance or data mismatch; raises JobError with the reason where it cannot be said."""
        found = self.report(known=known)
        if found.diagnosis is None:
            raise JobError("; ".join(found.notes) or f"{self.name} has no diagnosis")
        return found.diagnosis

    def refine(self, options: revise.RefineOptions | None = None) -> revise.Revision:
        """The next spec, with a reason for every change."""
        return refine_job(self.session, self.name, options)

    def extend(self, jobs: int) -> revise.Revision:
        """The spec of a tuning job of `jobs` more training jobs that learns from this one."""
        return extend_job(self.session, self.name, ExtendOptions(jobs=jobs))

    def verify_best(
        self, options: verify.VerifyOptions | None = None, how: verify.Carry[verify.VerifyPlan] | None = None
    ) -> Verified:
        """The best configurations trained again with other seeds: which is really the best, and what was luck.

        May be interrupted and called again: what is there is found. See `smtune.verify.verify_best`.
        """
        from smtune.verify import verify_best  # scipy takes seconds to load

        return verify_best(trained_alike(self.session, self.name), self.name, options, how)

    def grow(
        self, options: growth.GrowthOptions | None = None, how: growth.Carry[growth.GrowthPlan] | None = None
    ) -> Grown:
        """The best configuration trained on parts of its own training rows: what would more rows bring?

        May be interrupted and called again: what is there is found. See `smtune.growth.grow`.
        """
        from smtune.growth import grow  # scipy takes seconds to load

        return grow(trained_alike(self.session, self.name), self.name, options, how)

    def stop(self) -> None:
        """Let nothing new start and stop what runs; a job that is over stays as it is."""
        control.stop(self.session, self.name)

    def delete(self) -> None:
        """Take its record away; models and data stay in S3."""
        control.delete(self.session, self.name)

    def __repr__(self) -> str:
        return f"TuningJob({self.name!r})"

    def _repr_html_(self) -> str:
        """For notebooks: where the job is now, or why that cannot be said."""
        try:
            rows = _rows(self.progress())
        except SmtuneError as error:
            rows = {"error": str(error)}
        cells = "".join(
            f"<tr><th style='text-align:left'>{html.escape(name)}</th>"
            f"<td style='text-align:left'>{html.escape(value)}</td></tr>"
            for name, value in rows.items()
        )
        return f"<table><caption>Tuning job {html.escape(self.name)}</caption>{cells}</table>"


def launch(
    spec: Spec,
    *,
    session: boto3.Session | Literal["aws", "local"] = "aws",
    new: bool = False,
    folder: str | Path | None = None,
) -> TuningJob:
    """Launch `spec` exactly once: the same spec and data find the job that is there, unless `new`.

    `spec`: a TuningSpec, a mapping of its keys, YAML text or a file. Paths in it are relative to `folder`: by default
    the file's own, else the current one. Raises SpecError with every problem, UsageError, ConfigurationError,
    ServiceError.
    """
    chosen, base = _read(spec)
    if isinstance(session, str) and session not in ("aws", "local"):
        message = f"session {session!r}: give 'aws', 'local', or a boto3.Session"
        raise UsageError(message)
    there = connect(session) if isinstance(session, str) else session
    circumstances = Circumstances(configuration_of(there))
    way = launch_again if new else launch_spec
    launched: execute.Launched = way(there, chosen, Path(folder) if folder is not None else base, circumstances)
    return TuningJob(launched.name, there)


def _read(given: Any) -> tuple[TuningSpec, Path]:
    spec = _of_mapping(given) if isinstance(given, Mapping) else given
    if not isinstance(spec, TuningSpec | str | Path):
        message = f"{type(spec).__name__} is no spec: give a TuningSpec, a mapping of its keys, YAML text or a file"
        raise UsageError(message)
    is_file = isinstance(spec, Path) or (isinstance(spec, str) and "\n" not in spec)
    problems = check_file(dump_spec(spec) if isinstance(spec, TuningSpec) else spec)
    if problems:
        raise SpecError(problems, source=str(spec) if is_file else "spec")
    if isinstance(spec, TuningSpec):
        return spec, Path.cwd()
    return load_spec(spec), Path(spec).absolute().parent if is_file else Path.cwd()


def _of_mapping(keys: Mapping[str, Any]) -> TuningSpec:
    try:
        return check_document(Document(dict(keys), {}, "spec"))
    except SpecError as error:
        problems = (dataclasses.replace(problem, line=0, column=0) for problem in error.problems)  # it has no lines
        raise SpecError(tuple(problems), source="spec") from None


def _rows(now: Progress) -> dict[str, str]:
    most = "" if now.jobs is None else f" of {now.jobs}"
    best = "" if now.best_value is None else f"{now.best_value:.6g} ({now.best_job})"
    rows = {
        "status": now.status,
        "training jobs": f"{now.done}{most} done, {now.running} running, {now.failed} failed",
        now.metric or "best": best,
        "reason": now.failure_reason or "",
    }
    return {name: value for name, value in rows.items() if value}
