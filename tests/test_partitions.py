"""The parts of AWS are those that botocore knows."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import Any

import pytest

from smtune.partitions import PARTITIONS, REGISTRY, console_host, partition_of

KNOWN: list[dict[str, Any]] = json.loads(files("botocore").joinpath("data/partitions.json").read_text("utf-8"))[
    "partitions"
]


def test_every_part_that_botocore_knows_is_here() -> None:
    ours = {(partition.name, partition.domain) for partition in PARTITIONS}
    assert ours == {(partition["id"], partition["outputs"]["dnsSuffix"]) for partition in KNOWN}


@pytest.mark.parametrize("partition", KNOWN, ids=lambda partition: str(partition["id"]))
def test_every_region_is_in_its_part(partition: dict[str, Any]) -> None:
    regions = [name for name in partition["regions"] if not name.endswith("-global")]
    assert regions
    assert {partition_of(region).name for region in regions} == {partition["id"]}


def test_a_region_that_is_yet_to_come_is_of_the_common_part() -> None:
    assert partition_of("xx-moon-1").name == "aws"


def test_a_home_is_a_region_of_its_own_part() -> None:
    assert all(partition_of(partition.home) is partition for partition in PARTITIONS if partition.home)


def test_a_console_is_named_where_it_is_known() -> None:
    assert console_host("eu-west-1") == "eu-west-1.console.aws.amazon.com"
    assert console_host("us-iso-east-1") is None


@pytest.mark.parametrize("partition", PARTITIONS, ids=lambda partition: partition.name)
def test_the_registries_of_every_part_are_recognized(partition: Any) -> None:
    found = re.match(REGISTRY, f"123456789012.dkr.ecr.some-region-1.{partition.domain}/mine:1")
    assert found
    assert found.groups() == ("123456789012", "some-region-1")
    assert not re.match(REGISTRY, f"123456789012.dkr.ecr.some-region-1.{partition.domain}.example/mine:1")
