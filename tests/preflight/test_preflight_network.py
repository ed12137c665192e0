"""A VPC that training jobs are put into."""

from __future__ import annotations

from typing import Any

import pytest
from aws_account import ACCOUNT, REGION, Account, by_name, definition, tuning_request

from smtune.preflight import Check, Subject
from smtune.preflight.aws import Aws
from smtune.preflight.network import network

Json = dict[str, Any]


@pytest.fixture
def vpc(account: Account) -> Json:
    """The VpcConfig of a subnet and a security group of one VPC."""
    client = account.client("ec2")
    made = client.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = client.create_subnet(VpcId=made, CidrBlock="10.0.0.0/28")["Subnet"]["SubnetId"]
    group = client.create_security_group(GroupName="jobs", Description="jobs", VpcId=made)["GroupId"]
    return {"Subnets": [subnet], "SecurityGroupIds": [group]}


def looked(account: Account, config: Json, parallel: int = 3) -> dict[str, Check]:
    request = tuning_request(definition(VpcConfig=config), parallel=parallel)
    return by_name(network(Aws(account.session, REGION), Subject(request, REGION, ACCOUNT)))


def vpc_of(account: Account, config: Json) -> str:
    found = account.client("ec2").describe_subnets(SubnetIds=config["Subnets"])
    return str(found["Subnets"][0]["VpcId"])


def test_a_vpc_without_a_way_to_s3_is_a_warning_with_the_endpoint_to_make(account: Account, vpc: Json) -> None:
    found = looked(account, vpc)

    assert found["network"].state == "ok"
    assert found["way to S3"].state == "warning"
    assert "create-vpc-endpoint" in found["way to S3"].fix
    assert vpc_of(account, vpc) in found["way to S3"].fix
    assert "--route-table-ids rtb-" in found["way to S3"].fix

    account.client("ec2").create_vpc_endpoint(
        VpcId=vpc_of(account, vpc), ServiceName=f"com.amazonaws.{REGION}.s3", VpcEndpointType="Gateway"
    )
    assert looked(account, vpc)["way to S3"].state == "ok"


def test_a_nat_gateway_is_a_way_to_s3_too(account: Account, vpc: Json) -> None:
    account.client("ec2").create_nat_gateway(SubnetId=vpc["Subnets"][0], ConnectivityType="private")

    assert looked(account, vpc)["way to S3"].state == "ok"


def test_a_subnet_that_is_not_there_fails(account: Account, vpc: Json) -> None:
    check = looked(account, {**vpc, "Subnets": ["subnet-00000000000000000"]})["network"]

    assert check.state == "failed"
    assert "subnet-00000000000000000" in check.detail
    assert check.fix == "aws ec2 describe-subnets --region us-east-1"


def test_subnets_and_groups_of_different_vpcs_fail(account: Account, vpc: Json) -> None:
    client = account.client("ec2")
    other = client.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    group = client.create_security_group(GroupName="jobs", Description="jobs", VpcId=other)["GroupId"]

    check = looked(account, {**vpc, "SecurityGroupIds": [group]})["network"]

    assert check.state == "failed"
    assert other in check.detail


def test_too_few_addresses_are_a_warning(account: Account, vpc: Json) -> None:
    check = looked(account, vpc, parallel=10)["network"]

    assert check.state == "warning"
    assert "20 instances" in check.detail


@pytest.mark.parametrize(
    ("denied", "unknown"), [("ec2:DescribeRouteTables", "way to S3"), ("ec2:DescribeNatGateways", "way to S3")]
)
def test_what_may_not_be_looked_at_is_unknown(account: Account, vpc: Json, denied: str, unknown: str) -> None:
    account.denied.add(denied)

    found = looked(account, vpc)

    assert found["network"].state == "ok"
    assert found[unknown].state == "unknown"
    assert denied in found[unknown].detail
