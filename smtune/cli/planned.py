"""A plan, and the differences of two requests, as text for people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click

from smtune.cli.table import print_table
from smtune.cli.text import duration, print_pairs
from smtune.compare import Difference
from smtune.definitions import definitions
from smtune.estimate.fleet import Fleet, fleets
from smtune.estimate.money import in_words
from smtune.plan.document import PlanDocument, PlannedFile

_COLUMNS = ("low", "likely", "high", "max")
Json = Mapping[str, Any]


def print_plan(document: PlanDocument) -> None:
    """The plan on stdout, in sections."""
    request, estimate = document.request, document.estimate
    click.echo(f"Plan of {document.source}; nothing was sent\n")
    print_pairs({"tuning job": request["HyperParameterTuningJobName"], **_search(request), **_jobs(estimate)})
    for definition in definitions(request):
        click.echo("")
        print_pairs(dict(_definition(definition, request)))
        _print_ranges(definition.get("HyperParameterRanges") or _config(request).get("ParameterRanges", {}))
    _print_estimate(estimate, document.site["region"])
    _print_uploads(document.uploads)
    _print_list("Notes", document.notes)
    _print_list("With --local, on this machine", _local_notes(document))


def _config(request: Json) -> Json:
    config: Json = request["HyperParameterTuningJobConfig"]
    return config


def _search(request: Json) -> dict[str, str]:
    config = _config(request)
    words = [config["Strategy"]]
    words += [f"seed {config['RandomSeed']}"] if "RandomSeed" in config else []
    words += ["early stopping"] if config.get("TrainingJobEarlyStoppingType") == "Auto" else []
    found = {"strategy": ", ".join(words)}
    parents = request.get("WarmStartConfig", {}).get("ParentHyperParameterTuningJobs", ())
    if parents:
        names = ", ".join(parent["HyperParameterTuningJobName"] for parent in parents)
        found["warm start"] = f"{request['WarmStartConfig']['WarmStartType']} from {names}"
    return found


def _jobs(estimate: Json) -> dict[str, str]:
    jobs, hyperband = estimate["jobs"], estimate["hyperband"]
    count = "as many as fit" if jobs["number"] is None else f"{jobs['number']:,} at most"
    rounds = "" if jobs["rounds"] is None else f": {jobs['rounds']:,} round{'' if jobs['rounds'] == 1 else 's'}"
    limit = "" if jobs["runtime"] is None else f", all within {duration(jobs['runtime'])}"
    found = {"training jobs": f"{count}, {jobs['parallel']} at once{rounds}{limit} ({'; '.join(jobs['reasons'])})"}
    if hyperband is not None:
        brackets = "; ".join(
            " > ".join(f"{rung['configurations']} to {rung['resource']}" for rung in rungs)
            for rungs in hyperband["brackets"]
        )
        found["hyperband"] = (
            f"{hyperband['configurations_per_round']:,} training jobs a round, resource "
            f"{hyperband['min_resource']} to {hyperband['max_resource']}"
        )
        found["brackets"] = brackets
    found |= {"may end sooner": "; ".join(jobs["sooner"])} if jobs["sooner"] else {}
    worst = ", ".join(f"{count} x {kind}" for kind, count in estimate["at_once"].items())
    return found | {"at once, at worst": worst or "unknown"}


def _definition(definition: Json, request: Json) -> Iterator[tuple[str, str]]:
    objective = definition.get("TuningObjective") or _config(request).get("HyperParameterTuningJobObjective", {})
    algorithm = definition["AlgorithmSpecification"]
    if "DefinitionName" in definition:
        yield "definition", definition["DefinitionName"]
    yield "algorithm", algorithm.get("TrainingImage") or algorithm.get("AlgorithmName", "")
    yield "objective", f"{objective.get('Type', '?').lower()} {objective.get('MetricName', '?')}"
    yield "training job on", ", or ".join(map(_fleet, fleets(definition)))
    limit = definition.get("StoppingCondition", {}).get("MaxRuntimeInSeconds")
    spot = ", on spot instances" if definition.get("EnableManagedSpotTraining") else ""
    yield "its own limit", (duration(limit) if limit else "1 day (the service's default)") + spot
    yield "role", definition["RoleArn"]
    yield "security", _security(definition)


def _fleet(fleet: Fleet) -> str:
    instances = " + ".join(f"{count} x {kind}" for kind, count in fleet.instances.items())
    return f"{instances}, {fleet.volume_gb} GB each"


def _security(definition: Json) -> str:
    resources = definition.get("HyperParameterTuningResourceConfig") or definition.get("ResourceConfig", {})
    switches = {
        "network isolation": definition.get("EnableNetworkIsolation"),
        "traffic encryption": definition.get("EnableInterContainerTrafficEncryption"),
        "VPC": ", ".join(definition.get("VpcConfig", {}).get("Subnets", ())),
        "key of volumes": resources.get("VolumeKmsKeyId"),
        "key of models": definition.get("OutputDataConfig", {}).get("KmsKeyId"),
    }
    return ", ".join(f"{name} {'on' if value is True else value or 'none'}" for name, value in switches.items())


def _print_ranges(ranges: Json) -> None:
    rows = []
    for items in ranges.values():
        for item in items:
            span = ", ".join(item["Values"]) if "Values" in item else None
            span = span or f"{item['MinValue']} to {item['MaxValue']}" if "MinValue" in item or span else "open"
            rows.append((item["Name"], span, item.get("ScalingType", "")))
    if rows:
        click.echo("")
        print_table(("hyperparameter", "tuned over", "scaling"), rows)


def _print_estimate(estimate: Json, region: str) -> None:
    rows = [
        ("tuning job takes", *_cells(estimate["wall_seconds"], duration)),
        ("training jobs, billed together", *_cells(estimate["billed_seconds"], duration)),
    ]
    cost = estimate["cost"]
    if cost is not None:
        rows += [
            (words, *_cells(cost[key], lambda amount: in_words(amount, cost["currency"])))
            for words, key in (
                ("cost, on demand", "on_demand"),
                ("cost, spot at its best", "spot_floor"),
                ("of it storage", "storage"),
            )
        ]
    click.echo("")
    print_table((f"time and cost in {region}", *_COLUMNS), rows, numbers=_COLUMNS)
    if cost is None:
        click.echo(f"price unknown: {', '.join(estimate['unknown'])}; give it: --prices FILE")
    else:
        for name, price in cost["prices"].items():
            per = "a GB-month" if name == "storage" else "an hour"
            click.echo(f"{name}: {price['amount']:g} {cost['currency']} {per}, as of {price['source']['date']}")
        click.echo("spot at its best: 90 % off the instances, as AWS says; it may as well save nothing")
    _print_list("These figures rest on", estimate["assumptions"])


def _cells(figures: Json, show: Any) -> list[str]:
    return ["no limit" if figures[name] is None else show(figures[name]) for name in _COLUMNS]


def _print_uploads(uploads: Sequence[PlannedFile]) -> None:
    if not uploads:
        return
    click.echo("")
    rows = [(_what(item), _size(item.bytes), item.uri) for item in uploads]
    print_table(("upload", "bytes", "to"), rows, numbers=("bytes",))
    click.echo("whether they are there already: not checked offline")


def _what(item: PlannedFile) -> str:
    if item.kind == "part":
        source = item.sources[0]
        return f"{item.share:.0%} of {source.path} ({source.bytes:,} bytes)"
    if item.kind == "archive":
        return f"the code, packed: {len(item.sources)} file{'' if len(item.sources) == 1 else 's'}"
    return item.sources[0].path if item.sources else "the spec"


def _size(size: int | None) -> str:
    return "when split" if size is None else f"{size:,}"


def _print_list(title: str, lines: Sequence[str]) -> None:
    if lines:
        click.echo(f"\n{title}")
    for line in lines:
        click.echo(f"  - {line}")


def _local_notes(document: PlanDocument) -> tuple[str, ...]:
    """What the local engine would refuse, or else do otherwise."""
    from smtune.local.check import refusals
    from smtune.local.notes import notes
    from smtune.local.settings import Settings
    from smtune.spec import Image, load_spec

    images = [item.algorithm for item in load_spec(document.yaml).definitions if isinstance(item.algorithm, Image)]
    programs = {image.image: image.program for image in images if image.program}
    refused = refusals(document.request, programs, Settings.from_environment().runner)
    return tuple(f"refused: {reason}" for reason in refused) or notes(document.request)


def print_differences(found: Sequence[Difference], before: str, after: str) -> None:
    """The differences on stdout, or that there are none."""
    if not found:
        click.echo(f"{before} and {after} ask for the same")
        return
    click.echo(f"from {before} to {after}\n")
    signs = {"added": "+", "removed": "-", "changed": "~"}
    rows = [
        (
            signs[item.kind],
            item.path,
            _value(item.before, item.kind != "added"),
            _value(item.after, item.kind != "removed"),
        )
        for item in found
    ]
    print_table(("", "field", "before", "after"), rows)


def _value(value: Any, is_there: bool) -> str:
    if not is_there:
        return ""
    return value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
