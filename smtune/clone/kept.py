"""The spec that smtune kept of a job it launched: what it says beyond the request, and where it disagrees."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from contextlib import closing
from typing import Any

from smtune.clone.running import Running
from smtune.clone.write import Clone, place_comments
from smtune.compare import differences
from smtune.data.upload.place import parse_place
from smtune.definitions import definitions
from smtune.errors import ServiceError, SmtuneError, SpecError
from smtune.patience import Line
from smtune.plan import HELD_OUT_TAGS, SPEC_TAG
from smtune.request import Site, to_request
from smtune.request.write import SUBMIT_DIRECTORY
from smtune.service import translated
from smtune.spec import Channel, Channels, Image, Script, Table, TuningSpec
from smtune.spec.environment import expand
from smtune.spec.load import check_document
from smtune.spec.objective import DiagnosisSpec
from smtune.spec.yaml import MAX_CHARACTERS, parse_yaml
from smtune.veil import unveiled

OWN_TAGS = (SPEC_TAG, *HELD_OUT_TAGS.values())
"""The tags that a launch writes anew."""
_SHOWN = 8
_MAX_BYTES = MAX_CHARACTERS * 4
Json = Mapping[str, Any]


def read_kept(line: Line, uri: str) -> TuningSpec:
    """The spec at an S3 URI; raises SmtuneError where it is not there or not a spec.

    References to environment variables are not followed: the file is somebody else's.
    """
    place = parse_place(uri)
    body = line.call("s3", "get_object", Bucket=place.bucket, Key=place.key)["Body"]
    with translated(), closing(body):
        content = body.read(_MAX_BYTES)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise ServiceError("NotText", f"{uri} is not UTF-8 text") from None
    return check_document(expand(parse_yaml(text, source=uri), {}))


def with_kept(clone: Clone, job: Running, request: Json, line: Line) -> Clone:
    """`clone` with what only the job's own spec knows; that spec itself where it makes the same request from S3 alone.

    `request` is what the service has. It is the truth: where the kept spec makes another request, a comment says so.
    """
    uri = job.tag(SPEC_TAG)
    if uri is None:
        return clone
    try:
        kept = unveiled(read_kept(line, uri), request)
        mine = to_request(kept, _site(clone, job, request))
    except SmtuneError as error:
        reason = error.problems[0].message if isinstance(error, SpecError) else str(error)
        return clone.commented(f"its own spec, {uri}, cannot be read: {reason}")
    other = [item.path for item in differences(_untagged(mine), _untagged(request))]
    if other:
        more = f" and {len(other) - _SHOWN} more" if len(other) > _SHOWN else ""
        sentence = (
            f"its own spec, {uri}, makes another request: what was launched differs in {', '.join(other[:_SHOWN])}"
        )
        return _with_extras(clone, kept, job, request).commented(sentence + more)
    plain = dataclasses.replace(clone.site, account=job.account or clone.site.account)
    if _is_on_s3(kept) and _untagged(to_request(kept, plain)) == _untagged(request):
        comments = (f"its own spec, {uri}, which makes the same request", *place_comments(kept, plain))
        return dataclasses.replace(clone, spec=kept, comments=comments, site=plain)
    return _with_extras(clone, kept, job, request).commented(*_pinned(kept, uri))


def _with_extras(clone: Clone, kept: TuningSpec, job: Running, request: Json) -> Clone:
    """`clone` with the keys that no request has: diagnosis, budget, the sets that are held out."""
    extras: dict[str, Any] = {"name": kept.name}
    if kept.diagnosis is not None:
        extras["diagnosis"] = _with_pool(kept, kept.diagnosis)
    if kept.limits.budget is not None:
        extras["limits"] = clone.spec.limits.model_copy(update={"budget": kept.limits.budget})
    data = clone.spec.data
    if isinstance(data, Channels):
        said = kept.data.held_out if isinstance(kept.data, Channels) else {}
        unseen = {
            name: said.get(name, Channel(uri=uri)).model_copy(update={"uri": uri})
            for name, uri in _held_out(job).items()
            if name not in data.channels
        }
        extras |= {"data": data.model_copy(update=unseen)} if unseen else {}
    richer = clone.spec.model_copy(update=extras)
    if _untagged(to_request(richer, clone.site)) != _untagged(request):
        return clone
    return dataclasses.replace(clone, spec=richer).commented(f"from its own spec: {', '.join(sorted(extras))}")


def _held_out(job: Running) -> dict[str, str]:
    """Where the sets are that no training job sees, by their names."""
    return {name: uri for name, tag in HELD_OUT_TAGS.items() if (uri := job.tag(tag))}


def _with_pool(kept: TuningSpec, said: DiagnosisSpec) -> DiagnosisSpec:
    """With how a table was split, which finished files do not tell."""
    if not isinstance(kept.data, Table) or said.one_pool is not None:
        return said
    return said.model_copy(update={"one_pool": kept.data.is_one_pool})


def _is_on_s3(spec: TuningSpec) -> bool:
    """Whether a spec needs no file of the machine that it was launched from."""
    if isinstance(spec.data, Table) or any(isinstance(each.algorithm, Script) for each in spec.definitions):
        return False
    if any(isinstance(each.algorithm, Image) and each.algorithm.program for each in spec.definitions):
        return False
    data = spec.data
    channels = (*data.channels.values(), *data.held_out.values()) if isinstance(data, Channels) else ()
    return not any(channel.here for channel in channels)


def _pinned(kept: TuningSpec, uri: str) -> list[str]:
    """What the clone names on S3 that the kept spec names on the machine it was launched from."""
    if _is_on_s3(kept):
        return [f"its own spec, {uri}, makes the same request with the role and bucket of that launch, which are here"]
    found = [f"its own spec, {uri}, makes the same request from files; here is what was uploaded of them"]
    if isinstance(kept.data, Table):
        split = kept.data.split
        shares = ", ".join(f"{name} {share:g}" for name, share in split.shares.items())
        found.append(f"data: the parts of {kept.data.source} ({shares}, seed {split.seed})")
    elif isinstance(kept.data, Channels):
        named = {**kept.data.channels, **kept.data.held_out}
        here = [f"{name} from {channel.uri}" for name, channel in named.items() if channel.here]
        found += [f"data: {', '.join(here)}"] if here else []
    scripts = {each.algorithm.script.entry_point for each in kept.definitions if isinstance(each.algorithm, Script)}
    found += [f"algorithm: the packed source of {', '.join(sorted(scripts))}"] if scripts else []
    images = {each.algorithm for each in kept.definitions if isinstance(each.algorithm, Image)}
    found += [
        f"algorithm: on its own machine {image.program} ran for {image.image}" for image in images if image.program
    ]
    return found


def _site(clone: Clone, job: Running, request: Json) -> Site:
    """Where the kept spec was launched, with what had been uploaded for it."""
    channels = {
        channel["ChannelName"]: channel["DataSource"].get("S3DataSource", {}).get("S3Uri", "")
        for definition in definitions(request)
        for channel in definition.get("InputDataConfig", ())
    }
    codes = (item.get("StaticHyperParameters", {}).get(SUBMIT_DIRECTORY) for item in definitions(request))
    kept = parse_place(job.tag(SPEC_TAG) or "")
    prefix = kept.key.partition("/smtune/")[0] if "/smtune/" in kept.key else None
    return dataclasses.replace(
        clone.site,
        account=job.account or clone.site.account,
        role=next((item["RoleArn"] for item in definitions(request) if item.get("RoleArn")), None),
        bucket=kept.bucket,
        key_prefix=prefix,
        channels={**channels, **_held_out(job)},
        code=next(filter(None, codes), None),
    )


def _untagged(request: Json) -> dict[str, Any]:
    """`request` without name and without the tags that a launch writes."""
    tags = [tag for tag in request.get("Tags", ()) if tag["Key"] not in OWN_TAGS]
    rest = {key: value for key, value in request.items() if key not in ("Tags", "HyperParameterTuningJobName")}
    return {**rest, "Tags": tags} if tags else rest
