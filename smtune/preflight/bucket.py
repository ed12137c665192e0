"""The buckets of a tuning job: there, ours, in the job's region, and closed to strangers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from smtune.errors import ServiceError
from smtune.preflight.aws import Aws, DeniedError
from smtune.preflight.check import Check, shell
from smtune.preflight.keys import default_key
from smtune.preflight.subject import Subject, bucket_and_key, channels, code_uri, is_bucket_name, output_uris

_MISSING = {"404", "NoSuchBucket", "NotFound"}


def buckets(aws: Aws, subject: Subject) -> Iterator[Check]:
    """`bucket NAME` for each bucket that is read or written; `encryption` and `public access` of the main one."""
    main = subject.bucket_name
    if not main:
        yield Check("bucket", "unknown", "the default one has the account in its name, which nobody knows")
    for name in _named(subject):
        arn = f"arn:{subject.partition}:s3:::{name}"
        checks = tuple(aws.found(f"bucket {name}", partial(_bucket, aws, subject, name), arn))
        yield from checks
        if name == main and checks[0].state in ("ok", "warning") and _is_there(aws, name):
            yield from aws.found("encryption", partial(_encryption, aws, name))
            yield from aws.found("public access", partial(_public_access, aws, name))


def _named(subject: Subject) -> tuple[str, ...]:
    uris = [uri for part in subject.parts for uri in output_uris(part)]
    uris += [channel.uri for part in subject.parts for channel in channels(part)]
    uris += [code for part in subject.parts if (code := code_uri(part))]
    found = [place[0] for place in map(bucket_and_key, uris) if place]
    return tuple(name for name in dict.fromkeys([subject.bucket_name, *found]) if name)


def _is_there(aws: Aws, name: str) -> bool:
    try:
        aws.ask("s3", "head_bucket", Bucket=name)
    except ServiceError:
        return False
    return True


def _bucket(aws: Aws, subject: Subject, name: str) -> Check:
    title = f"bucket {name}"
    if not is_bucket_name(name):
        fix = "--bucket NAME, of 3 to 63 lower-case letters, digits, dots and hyphens"
        return Check(title, "failed", "no bucket can be called that", fix)
    try:
        answer = aws.ask("s3", "head_bucket", Bucket=name)
    except ServiceError as error:
        if error.code not in _MISSING:
            raise
        return _missing(subject, name)
    region = _region(aws, name, answer)
    if region != subject.region:
        detail = f"it is in {region}, the job in {subject.region}: training reads and writes in its own region only"
        return Check(title, "failed", detail, _make(f"{name}-{subject.region}", subject.region))
    if subject.account and not _is_ours(aws, subject, name):
        if name == subject.default_bucket:
            detail = "it belongs to another account, though it has the name of yours: send nothing there"
            return Check(title, "failed", detail, "--bucket NAME, one of your own")
        return Check(title, "warning", f"it is in {region} and belongs to another account than {subject.account}")
    return Check(title, "ok", f"it is yours, in {region}")


def _missing(subject: Subject, name: str) -> Check:
    title, fix = f"bucket {name}", _make(name, subject.region)
    if name == subject.default_bucket:
        return Check(title, "warning", "it does not exist yet; it will be created by the first launch", fix)
    return Check(title, "failed", "it does not exist", fix)


def _make(name: str, region: str) -> str:
    return shell("aws", "s3", "mb", f"s3://{name}", "--region", region)


def _region(aws: Aws, name: str, answer: Mapping[str, Any]) -> str:
    headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    said = answer.get("BucketRegion") or headers.get("x-amz-bucket-region")
    if said:
        return str(said)
    place = aws.ask("s3", "get_bucket_location", Bucket=name).get("LocationConstraint")
    return {None: "us-east-1", "": "us-east-1", "EU": "eu-west-1"}.get(place, str(place))


def _is_ours(aws: Aws, subject: Subject, name: str) -> bool:
    """S3 refuses a call about a bucket of another owner than it is told to expect, and has answered without that."""
    try:
        aws.ask("s3", "head_bucket", Bucket=name, ExpectedBucketOwner=subject.account)
    except DeniedError:
        return False
    return True


def _encryption(aws: Aws, name: str) -> Check:
    key = default_key(aws, name)
    return Check("encryption", "ok", f"{name} encrypts with {key or 'a key of S3 itself'}")


def _public_access(aws: Aws, name: str) -> Check:
    fix = shell(
        *("aws", "s3api", "put-public-access-block", "--bucket", name, "--public-access-block-configuration"),
        "BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true",
    )
    try:
        blocks = aws.ask("s3", "get_public_access_block", Bucket=name)["PublicAccessBlockConfiguration"]
    except ServiceError as error:
        if error.code != "NoSuchPublicAccessBlockConfiguration":
            raise
        blocks = {}
    if blocks and all(blocks.values()):
        return Check("public access", "ok", f"{name} is closed to the public")
    return Check("public access", "warning", f"{name} itself does not block public access; its account may", fix)
