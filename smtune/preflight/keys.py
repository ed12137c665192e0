"""KMS keys: that they are there, on, of the region, and that their own policy lets the job use them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from smtune.errors import ServiceError, SpecError
from smtune.preflight.aws import Aws, DeniedError
from smtune.preflight.check import Check, shell
from smtune.preflight.policy import names_principal, statements
from smtune.preflight.subject import Subject, is_bucket_name, key_ids

_ARN = re.compile(r"arn:[^:]+:kms:([^:]+):")
_GONE = {"NotFoundException", "InvalidArnException"}


def keys(aws: Aws, subject: Subject) -> Iterator[Check]:
    """`key NAME`, for each key that the request names and for the bucket's own."""
    for key in _named(aws, subject):
        about = key if key.startswith("arn:") else ""
        yield from aws.found(f"key {_short(key)}", partial(_key, aws, subject, key), about)


def key_arns(aws: Aws, subject: Subject, role: str) -> tuple[str, ...]:
    """The ARNs of the keys that training jobs under `role` use, as far as AWS says them."""
    own = [key for part in subject.parts if part.get("RoleArn") == role for key in key_ids(part)]
    found = dict[str, None]()
    for key in (*own, *_bucket_keys(aws, subject)):
        try:
            arn = aws.ask("kms", "describe_key", KeyId=key)["KeyMetadata"]["Arn"]
        except (ServiceError, SpecError):
            arn = key if ":key/" in key else None
        if arn:
            found[arn] = None
    return tuple(found)


def default_key(aws: Aws, bucket: str) -> str | None:
    """The customer's key that a bucket encrypts with unasked; None where S3's own does.

    Raises ServiceError, DeniedError.
    """
    try:
        answer = aws.ask("s3", "get_bucket_encryption", Bucket=bucket)
    except ServiceError as error:
        if error.code != "ServerSideEncryptionConfigurationNotFoundError":
            raise
        return None
    for rule in answer["ServerSideEncryptionConfiguration"]["Rules"]:
        key = rule.get("ApplyServerSideEncryptionByDefault", {}).get("KMSMasterKeyID")
        if key:
            return str(key)
    return None


def _named(aws: Aws, subject: Subject) -> tuple[str, ...]:
    own = [key for part in subject.parts for key in key_ids(part)]
    return tuple(dict.fromkeys([*own, *_bucket_keys(aws, subject)]))


def _bucket_keys(aws: Aws, subject: Subject) -> tuple[str, ...]:
    """The bucket's own key; nothing where it cannot be told, which the bucket's check says."""
    if not is_bucket_name(subject.bucket_name):
        return ()
    try:
        key = default_key(aws, subject.bucket_name)
    except ServiceError:
        return ()
    return (key,) if key else ()


def _key(aws: Aws, subject: Subject, key: str) -> Iterator[Check]:
    name = f"key {_short(key)}"
    match = _ARN.match(key)
    region = match[1] if match else subject.region
    others = shell("aws", "kms", "list-aliases", "--region", subject.region)
    if region != subject.region:
        yield Check(name, "failed", f"{key} is of {region}, the job of {subject.region}", others)
        return
    try:
        found = aws.ask("kms", "describe_key", KeyId=key)["KeyMetadata"]
    except ServiceError as error:
        if error.code not in _GONE:
            raise
        yield Check(name, "failed", f"there is no such key in {subject.region}", others)
        return
    if found.get("KeyState", "Enabled") != "Enabled":
        yield Check(name, "failed", f"{found['Arn']} is {found['KeyState']}", _enable(found, subject))
    elif found.get("KeySpec", "SYMMETRIC_DEFAULT") != "SYMMETRIC_DEFAULT":
        detail = f"{found['Arn']} is {found['KeySpec']}: only symmetric keys encrypt volumes and objects"
        yield Check(name, "failed", detail, shell("aws", "kms", "create-key", "--region", subject.region))
    else:
        yield _policy(aws, subject, name, found)


def _policy(aws: Aws, subject: Subject, name: str, found: Mapping[str, Any]) -> Check:
    """A key's own policy decides first: IAM counts only where it names the account's root."""
    usable = f"{found['Arn']} is enabled"
    if found.get("KeyManager") == "AWS":
        return Check(name, "ok", f"{usable} and AWS's own")
    try:
        document = json.loads(aws.ask("kms", "get_key_policy", KeyId=found["Arn"], PolicyName="default")["Policy"])
    except DeniedError as error:
        return Check(name, "ok", f"{usable}; its policy was not looked at ({error.permission} is missing)")
    root = f"arn:{subject.partition}:iam::{subject.account}:root"
    allowed = [item for item in statements(document) if item.get("Effect") == "Allow"]
    strangers = [
        role
        for role in subject.roles
        if not any(
            names_principal(item, "AWS", who) for item in allowed for who in (role, root, subject.account) if who
        )
    ]
    if not strangers:
        return Check(name, "ok", usable)
    role = strangers[0]
    fix = shell(
        *("aws", "kms", "create-grant", "--key-id", found["Arn"], "--grantee-principal", role),
        *("--operations", "Decrypt", "GenerateDataKey", "CreateGrant", "--region", subject.region),
    )
    return Check(name, "warning", f"{usable}, but its policy names neither {role} nor the account", fix)


def _enable(found: Mapping[str, Any], subject: Subject) -> str:
    about = ("--key-id", found["KeyId"], "--region", subject.region)
    enable = shell("aws", "kms", "enable-key", *about)
    if found["KeyState"] == "PendingDeletion":  # a key that is kept after all is disabled
        return f"{shell('aws', 'kms', 'cancel-key-deletion', *about)}; {enable}"
    return enable


def _short(key: str) -> str:
    return key.rpartition(":")[2].removeprefix("key/")
