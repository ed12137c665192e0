"""The data of each channel."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aws_account import ACCOUNT, BUCKET, REGION, Account, by_name, channel, definition, tuning_request

from smtune.preflight import Check, Subject
from smtune.preflight import inputs as module
from smtune.preflight.aws import Aws
from smtune.preflight.inputs import inputs

TRAIN = f"s3://{BUCKET}/data/train/"


def looked(account: Account, *channels: dict[str, Any], **members: Any) -> dict[str, Check]:
    uploads = members.pop("uploads", ())
    size = members.pop("upload_bytes", None)
    request = tuning_request(definition(InputDataConfig=list(channels), **members))
    subject = Subject(request, REGION, ACCOUNT, bucket=BUCKET, upload_bytes=size, upload_uris=uploads)
    return by_name(inputs(Aws(account.session, REGION), subject))


def put(account: Account, key: str, body: str | bytes) -> str:
    content = body.encode() if isinstance(body, str) else body
    account.client("s3").put_object(Bucket=BUCKET, Key=key, Body=content)
    return f"s3://{BUCKET}/{key}"


def test_a_prefix_with_objects_is_ok_and_measured(account: Account) -> None:
    check = looked(account, channel("train", TRAIN))["channel train"]

    assert check.state == "ok"
    assert "1 objects, 4 bytes" in check.detail


def test_a_prefix_is_the_beginning_of_a_key_and_not_a_folder(account: Account) -> None:
    assert looked(account, channel("train", f"s3://{BUCKET}/data/tr"))["channel train"].state == "ok"


def test_an_empty_prefix_fails_with_the_command_that_fills_it(account: Account) -> None:
    check = looked(account, channel("train", f"s3://{BUCKET}/nothing/"))["channel train"]

    assert check.state == "failed"
    assert check.fix == f"aws s3 cp --recursive FOLDER s3://{BUCKET}/nothing/"


@pytest.mark.parametrize("bucket", [BUCKET, "bucket-that-is-to-be-made"])
def test_an_empty_prefix_that_the_launch_fills_is_ok(account: Account, bucket: str) -> None:
    uri = f"s3://{bucket}/smtune/toy/data/abc/train"

    check = looked(account, channel("train", uri), uploads=(f"{uri}/rows.csv",))["channel train"]

    assert check.state == "ok"
    assert "filled by the launch" in check.detail


def test_a_bucket_that_is_not_there_fails(account: Account) -> None:
    assert looked(account, channel("train", "s3://no-such-bucket-anywhere/x"))["channel train"].state == "failed"


def test_one_channel_that_may_not_be_looked_at_does_not_hide_another(account: Account) -> None:
    account.denied.add("s3:ListObjectsV2")
    manifest = put(account, "lists/one.json", json.dumps([{"prefix": TRAIN}]))

    found = looked(account, channel("train", TRAIN), channel("test", manifest, "ManifestFile"))

    assert found["channel train"].state == "unknown"
    assert "s3:ListBucket" in found["channel train"].detail
    assert found["channel test"].state == "failed"


def test_data_that_is_not_on_s3_is_not_checked(account: Account) -> None:
    source = {"FileSystemId": "fs-0", "FileSystemType": "EFS", "DirectoryPath": "/", "FileSystemAccessMode": "ro"}

    found = looked(account, {"ChannelName": "train", "DataSource": {"FileSystemDataSource": source}})

    assert found["channel train"].state == "unknown"


# Manifests

WHOLE = json.dumps([{"prefix": TRAIN}, "rows.csv"])
LINES = json.dumps({"source-ref": f"{TRAIN}rows.csv", "label": 1}) + "\n" + "not read"


@pytest.mark.parametrize(
    ("kind", "body", "state", "said"),
    [
        ("ManifestFile", WHOLE, "ok", "rows.csv is there"),
        ("ManifestFile", json.dumps([f"{TRAIN}rows.csv"]), "ok", "rows.csv is there"),
        ("ManifestFile", "[", "failed", "not JSON"),
        ("ManifestFile", "[" * 20_000, "failed", "not JSON"),
        ("ManifestFile", "", "failed", "not JSON"),
        ("ManifestFile", b"\xff", "failed", "not UTF-8 text"),
        ("ManifestFile", json.dumps([{"prefix": None}, f"{TRAIN}rows.csv"]), "ok", "rows.csv is there"),
        ("ManifestFile", json.dumps(["é" * 9] * 90_000), "unknown", "longer than 4 MB"),
        ("ManifestFile", "{}", "failed", "not a list"),
        ("ManifestFile", "[]", "failed", "not a list"),
        ("ManifestFile", json.dumps([{"prefix": TRAIN}]), "failed", "no objects"),
        ("ManifestFile", json.dumps([{"prefix": TRAIN}, "absent.csv"]), "failed", "not there"),
        ("ManifestFile", json.dumps(["rows.csv"]), "failed", "no object on S3"),
        ("AugmentedManifestFile", LINES, "ok", "rows.csv is there"),
        ("AugmentedManifestFile", LINES + "é" * 2_200_000, "ok", "rows.csv is there"),
        ("AugmentedManifestFile", "x" * 4_200_000, "unknown", "longer than 4 MB"),
        ("AugmentedManifestFile", "", "failed", "first line is not JSON"),
        ("AugmentedManifestFile", "rows", "failed", "first line is not JSON"),
        ("AugmentedManifestFile", '{"source-ref": "s3://x/y"}', "failed", "no label"),
        ("AugmentedManifestFile", "[1]", "failed", "no source-ref, label"),
    ],
)
def test_a_manifest_has_to_parse_and_to_list_what_is_there(
    account: Account, kind: str, body: str | bytes, state: str, said: str
) -> None:
    uri = put(account, "lists/one", body)
    names = {"AttributeNames": ["source-ref", "label"]} if kind == "AugmentedManifestFile" else {}

    check = looked(account, channel("train", uri, kind, **names))["channel train"]

    assert check.state == state
    assert said in check.detail


def test_one_channel_that_cannot_be_looked_at_does_not_hide_another(account: Account) -> None:
    account.broken["s3:GetObject"] = "PermanentRedirect"
    found = looked(account, channel("lists", f"{TRAIN}rows.csv", "ManifestFile"), channel("train", TRAIN))
    assert {found[name].state for name in ("channel lists", "channel train")} == {"unknown", "ok"}


def test_two_definitions_read_the_same_manifest(account: Account) -> None:
    uri = put(account, "lists/one.json", WHOLE)
    parts = [definition(DefinitionName=name, InputDataConfig=[channel("train", uri, "ManifestFile")]) for name in "ab"]
    subject = Subject(tuning_request(*parts), REGION, ACCOUNT, bucket=BUCKET)

    assert {check.state for check in inputs(Aws(account.session, REGION), subject)} == {"ok"}


def test_a_manifest_that_is_not_there_fails(account: Account) -> None:
    found = looked(account, channel("train", f"s3://{BUCKET}/lists/absent", "ManifestFile"))

    assert found["channel train"].state == "failed"


# The volume


def resources(volume: int, **more: Any) -> dict[str, Any]:
    return {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": volume, **more}


@pytest.mark.parametrize(("gigabytes", "state"), [(10.0, "ok"), (28.0, "warning"), (31.0, "failed")])
def test_what_is_copied_has_to_fit_the_volume(account: Account, gigabytes: float, state: str) -> None:
    uri = f"s3://{BUCKET}/smtune/toy/data/abc/train"
    size = int(gigabytes * module.GB)

    found = looked(account, channel("train", uri), uploads=(f"{uri}/rows.csv",), upload_bytes=size)

    assert found["volume"].state == state
    assert ("--set compute.volume_gb=" in found["volume"].fix) == (state != "ok")


def test_data_that_a_launch_before_has_sent_counts_once(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GB", 1)
    size = account.client("s3").head_object(Bucket=BUCKET, Key="data/train/rows.csv")["ContentLength"]
    sent = {"uploads": (f"{TRAIN}rows.csv",), "upload_bytes": size}

    found = looked(account, channel("train", TRAIN), ResourceConfig=resources(2 * size - 1), **sent)
    assert found["volume"].detail.startswith(f"{size} GB of data are copied")


@pytest.mark.parametrize(
    ("resource", "mode"), [(resources(1, InstanceType="ml.g5.xlarge"), "File"), (resources(1), "FastFile")]
)
def test_a_volume_bounds_nothing_where_it_is_not_used(
    account: Account, monkeypatch: pytest.MonkeyPatch, resource: dict[str, Any], mode: str
) -> None:
    monkeypatch.setattr(module, "GB", 1)

    found = looked(account, {**channel("train", TRAIN), "InputMode": mode}, ResourceConfig=resource)

    assert "volume" not in found


def test_data_that_instances_share_out_counts_once(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GB", 1)
    shared = channel("train", TRAIN, S3DataDistributionType="ShardedByS3Key")

    assert looked(account, shared, ResourceConfig=resources(3, InstanceCount=2))["volume"].state == "ok"
    assert looked(account, channel("train", TRAIN), ResourceConfig=resources(3))["volume"].state == "failed"


def test_a_long_listing_is_cut_short_and_said_to_be(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PAGE", 2)
    for number in range(21):
        put(account, f"many/{number}", "x")

    found = looked(account, channel("train", f"s3://{BUCKET}/many/"))

    assert "more than 20 objects" in found["channel train"].detail
    assert found["volume"].state == "warning"
