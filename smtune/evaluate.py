"""The best model on rows held out, after tuning and never during it. Runs on this machine, for any session."""

from __future__ import annotations

import csv
import json
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from smtune.data.csv_rows import open_rows
from smtune.errors import SmtuneError
from smtune.local.contract import Contract, available_cpus
from smtune.local.objects import parse_uri
from smtune.local.process_trial import ProcessTrial
from smtune.local.program import Program
from smtune.local.sandbox import find_bubblewrap
from smtune.local.settings import Settings
from smtune.local.trial import TrialPlan
from smtune.metrics import Scraper
from smtune.results import Best, Calls
from smtune.results.download import fetch_model
from smtune.results.unpack import unpack
from smtune.service import translated
from smtune.spec import BuiltIn, Definition, Script, Table, TuningSpec

_LIMIT_SECONDS = 600.0
_TICK_SECONDS = 0.05


@dataclass(frozen=True)
class RowSet:
    """Rows to score a model on."""

    name: str
    """`test`, say: what its metrics' names begin with."""
    uri: str
    """All objects below it."""
    without: str = ""
    """The same rows below this URI are left out: what another model was trained on, say."""


@dataclass(frozen=True)
class Evaluation:
    """Metrics of the best model on a set of rows."""

    metrics: Mapping[str, float]
    """By the spec's own names, as in `test:error`."""
    rows: int


class EvaluationError(SmtuneError):
    """The best model could not be scored; the tuning job's own results stand."""


def evaluate(session: boto3.Session, spec: TuningSpec, best: Best, rows: RowSet) -> Evaluation:
    """Score the best model on `rows`: the metric that the diagnosis names, and the objective's.

    Raises EvaluationError with the reason, ServiceError when something cannot be fetched.
    """
    definition = definition_of(spec, best)
    names = [f"{rows.name}:{quantity}" for quantity in _quantities(spec, definition, rows.name)]
    hyperparameters = {"metrics": json.dumps([quantity_of(name) for name in names])} | _how(spec, definition)
    with tempfile.TemporaryDirectory(prefix="smtune-test-") as name:
        folder = Path(name)
        _fetch(session, spec, best, rows, folder)
        score = _run(folder, hyperparameters)
    values = {name: float(score["metrics"][quantity_of(name)]) for name in names}
    return Evaluation(values, int(score["rows"]))


def definition_of(spec: TuningSpec, best: Best) -> Definition:
    """The algorithm that the best training job is of; the first one where its name is not among them."""
    return next((each for each in spec.definitions if each.name == best.definition), spec.definitions[0])


def _quantities(spec: TuningSpec, definition: Definition, rows: str) -> list[str]:
    """What the diagnosis compares, and the objective.

    A script calls its objective what it likes: one that names no set is taken for a quantity only where it is needed.
    """
    said, objective = spec.diagnosis.metrics if spec.diagnosis else None, definition.objective.metric
    named = (getattr(said, rows, None) or said.validation) if said else None
    wanted = [named] if named else []
    if ":" in objective or not wanted or rows == "validation":
        wanted.append(objective)
    return [name for name in dict.fromkeys(map(quantity_of, wanted)) if name]


def quantity_of(metric: str) -> str:
    """What is measured, without the set: `error` of `test:error`, and of `error`."""
    return metric.rpartition(":")[2]


def _how(spec: TuningSpec, definition: Definition) -> dict[str, str]:
    algorithm = definition.algorithm
    if isinstance(algorithm, BuiltIn) and algorithm.builtin == "xgboost":
        return {"algorithm": "xgboost"}
    if isinstance(algorithm, Script) and isinstance(spec.data, Table):
        return {"algorithm": "script", "entry_point": algorithm.script.entry_point, "label": spec.data.label}
    message = "rows can be scored for the built-in XGBoost, and for scripts with data.source and data.label"
    raise EvaluationError(message)


def _fetch(session: boto3.Session, spec: TuningSpec, best: Best, rows: RowSet, folder: Path) -> None:
    """Model, rows and, for a script, its code: into a folder laid out as /opt/ml."""
    calls = Calls(session)
    if not best.model_artifact:
        message = f"{best.name} has no model"
        raise EvaluationError(message)
    fetch_model(calls, best.model_artifact, folder / "model.tar.gz")
    has_header = isinstance(definition_of(spec, best).algorithm, Script)
    files = _fetch_rows(session, calls, rows.uri, folder / "test")
    if rows.without:
        _leave_out(files, _fetch_rows(session, calls, rows.without, folder / "without"), has_header=has_header)
    if has_header:
        job = calls.ask("sagemaker", "describe_training_job", TrainingJobName=best.name)
        code = job.get("HyperParameters", {}).get("sagemaker_submit_directory", "")
        fetch_model(calls, code.strip('"'), folder / "sourcedir.tar.gz")
    (folder / "ml").mkdir()
    unpack(folder / "model.tar.gz", folder / "ml" / "model")


def _fetch_rows(session: boto3.Session, calls: Calls, uri: str, folder: Path) -> list[Path]:
    bucket, prefix = parse_uri(uri)
    with translated():
        pages = session.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        keys = [item["Key"] for page in pages for item in page.get("Contents", ()) if not item["Key"].endswith("/")]
    if not keys:
        message = f"there are no rows at {uri}"
        raise EvaluationError(message)
    folder.mkdir()
    # Two may have the same name, in folders of their own.
    files = {f"s3://{bucket}/{key}": folder / f"{number:05d}-{Path(key).name}" for number, key in enumerate(keys)}
    for place, file in files.items():
        fetch_model(calls, place, file)
    return list(files.values())


def _leave_out(files: list[Path], others: list[Path], *, has_header: bool) -> None:
    """Take the rows of `others` out of `files`, but for the first one where that is a header."""
    known = {tuple(row) for file in others for row in _read_csv(file)}
    left = 0
    for file in files:
        rows = _read_csv(file)
        header = rows[:1] if has_header else []
        kept = [row for row in rows[len(header) :] if tuple(row) not in known]
        left += len(kept)
        with file.open("w", encoding="utf-8", newline="") as target:
            csv.writer(target, lineterminator="\n").writerows([*header, *kept])
    if not left:
        message = "none of these rows is new to both models"
        raise EvaluationError(message)


def _read_csv(file: Path) -> list[list[str]]:
    with open_rows(file) as rows:
        return [row for row in rows if row]


def _run(folder: Path, hyperparameters: Mapping[str, str]) -> dict[str, Any]:
    archive = folder / "sourcedir.tar.gz"
    contract = Contract("evaluation", hyperparameters, {"test": {}}, "local", available_cpus())
    plan = TrialPlan(
        contract=contract,
        program=Program("score", (sys.executable, "-m", "smtune.local.programs.score")),
        data={"test": folder / "test"},
        archive=archive if archive.exists() else None,
        environment={},
        folder=folder,
        scraper=Scraper([]),
        bubblewrap=find_bubblewrap() if Settings.from_environment().sandbox else None,
        network=False,
        time_limit=_LIMIT_SECONDS,
        stop_grace=0,
    )
    trial = ProcessTrial(plan)
    try:
        while (code := trial.poll()) is None:
            time.sleep(_TICK_SECONDS)
    finally:
        trial.kill()  # after Ctrl-C, say: what scores a model must not outlive the one who asked
    output = trial.root / "output"
    if code != 0:
        failure = output / "failure"
        reason = failure.read_text(encoding="utf-8") if failure.exists() else "\n".join(list(trial.tail)[-5:])
        raise EvaluationError(reason or f"scoring ended with exit code {code}")
    result: dict[str, Any] = json.loads((output / "data" / "score.json").read_text(encoding="utf-8"))
    return result
