"""Where a tuning job comes from: spec, request, versions, data, account, times; and no secret."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from smtune import __version__
from smtune.clone.origin import launched_by
from smtune.clone.running import Running
from smtune.definitions import definitions
from smtune.errors import SpecError
from smtune.plan import SPEC_TAG
from smtune.reporting.model import Fact, Origin
from smtune.reporting.words import moment
from smtune.request import from_description
from smtune.request.description import normalize
from smtune.rules.discreet import conceal, without_secrets
from smtune.secrecy import hide, secret_values
from smtune.veil import veiled

Json = Mapping[str, Any]
Tags = Sequence[Mapping[str, str]]
_CONTENT = re.compile(r"/(?:data|code)/([0-9a-f]{16,64})(?:/|$)|/([0-9a-f]{64})(?:/|$)")
"""smtune's uploads lie below the hash of what they contain."""


def origin_of(description: Json, tags: Tags) -> Origin:
    """`description`: DescribeHyperParameterTuningJob's answer, times in seconds; `tags`: ListTags' answer."""
    request = without_secrets(normalize(description, tags).request)
    text = json.dumps(request, indent=2, sort_keys=True)
    spec = _spec(description, tags)
    shown = conceal({tag["Key"]: tag["Value"] for tag in tags})
    secrets = secret_values({"Tags": list(tags), **description})
    facts = [*_facts(description, tags), *_hashes(text, spec)]
    return Origin(
        facts=tuple(Fact(fact.name, hide(fact.value, secrets), fact.note) for fact in facts),
        channels=tuple(dict.fromkeys(_channels(request))),
        tags={key: hide(value, ()) for key, value in sorted(shown.items())},
        spec=spec,
        request=text,
    )


def _facts(description: Json, tags: Tags) -> Iterator[Fact]:
    job = Running(str(description["HyperParameterTuningJobName"]), description, tuple(tags))
    said = launched_by(job)
    yield Fact("ARN", str(description["HyperParameterTuningJobArn"]))
    yield Fact("Account", job.account or "")
    yield Fact("Region", job.region or "")
    roles = dict.fromkeys(str(item.get("RoleArn", "")) for item in definitions(description))
    yield Fact("Role", ", ".join(role for role in roles if role))
    is_told = said.startswith("launched by ")
    yield Fact("Launched by", said.removeprefix("launched by ") if is_told else "not told", "" if is_told else said)
    yield Fact("Created", moment(description["CreationTime"]))
    yield Fact("Ended", moment(description.get("HyperParameterTuningEndTime")))
    yield Fact("State as of", moment(description.get("LastModifiedTime")))
    yield Fact("Strategy", str(description["HyperParameterTuningJobConfig"].get("Strategy", "")))
    images = dict.fromkeys(_algorithm(item) for item in definitions(description))
    yield Fact("Algorithm", ", ".join(images))
    tag = next((each["Value"] for each in tags if each["Key"] == SPEC_TAG), "")
    if tag:
        yield Fact("Spec", tag)
    yield Fact("Report by", f"smtune {__version__}")


def _hashes(request: str, spec: str) -> Iterator[Fact]:
    if spec:
        yield Fact("SHA-256 of the spec below", hashlib.sha256(spec.encode()).hexdigest())
    yield Fact("SHA-256 of the request below", hashlib.sha256(request.encode()).hexdigest())


def _algorithm(definition: Json) -> str:
    specification = definition.get("AlgorithmSpecification", {})
    return str(specification.get("TrainingImage") or specification.get("AlgorithmName") or "")


def _channels(request: Json) -> Iterator[tuple[str, str, str, str]]:
    for definition in definitions(request):
        for item in definition.get("InputDataConfig", ()):
            source = item.get("DataSource", {})
            place = source.get("S3DataSource", {}).get("S3Uri") or json.dumps(source, sort_keys=True)
            found = _CONTENT.search(place)
            content = next(filter(None, found.groups()), "") if found else ""
            yield item["ChannelName"], place, item.get("ContentType", ""), content


def _spec(description: Json, tags: Tags) -> str:
    """The YAML that makes the job again; empty where not every field of its request can be said."""
    try:
        return veiled(from_description(description, tags))[0]
    except SpecError:
        return ""
