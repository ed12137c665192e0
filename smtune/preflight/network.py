"""A VPC: its subnets and security groups are there, belong together, and lead to S3."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from smtune.errors import ServiceError
from smtune.estimate.fleet import fleets
from smtune.preflight.aws import Aws, DeniedError
from smtune.preflight.check import Check, listed, shell
from smtune.preflight.subject import Json, Subject


def network(aws: Aws, subject: Subject) -> Iterator[Check]:
    """`network` and `way to S3`, for each VPC configuration of the request."""
    seen = list[Json]()
    for part in subject.parts:
        config = part.get("VpcConfig")
        if config and config not in seen:
            seen.append(config)
            yield from _network(aws, subject, config, _instances(part) * subject.parallel)


def _instances(part: Json) -> int:
    return max((sum(fleet.instances.values()) for fleet in fleets(part)), default=1)


def _network(aws: Aws, subject: Subject, config: Json, instances: int) -> Iterator[Check]:
    region = ("--region", subject.region)
    try:
        subnets = aws.ask("ec2", "describe_subnets", SubnetIds=list(config["Subnets"]))["Subnets"]
        groups = aws.ask("ec2", "describe_security_groups", GroupIds=list(config["SecurityGroupIds"]))
    except ServiceError as error:
        if not error.code.endswith((".NotFound", ".Malformed")):
            raise
        kind = "subnets" if "Subnet" in error.code else "security-groups"
        fix = shell("aws", "ec2", f"describe-{kind}", *region)
        yield Check("network", "failed", str(error).partition(": ")[2], fix)
        return
    vpcs = sorted({item["VpcId"] for item in (*subnets, *groups["SecurityGroups"])})
    if len(vpcs) > 1:
        detail = f"subnets and security groups are of several VPCs: {listed(vpcs)}"
        filters = f"Name=vpc-id,Values={subnets[0]['VpcId']}"
        yield Check(
            "network", "failed", detail, shell("aws", "ec2", "describe-security-groups", "--filters", filters, *region)
        )
        return
    yield _addresses(subject, vpcs[0], subnets, instances)
    yield _way_to_s3(aws, subject, vpcs[0])


def _addresses(subject: Subject, vpc: str, subnets: list[Any], instances: int) -> Check:
    free = sum(item.get("AvailableIpAddressCount", 0) for item in subnets)
    if free >= instances:
        return Check("network", "ok", f"{len(subnets)} subnets of {vpc}, {free:,} addresses free")
    detail = f"{len(subnets)} subnets of {vpc} have {free} addresses free; {instances} instances run at once"
    fix = shell("aws", "ec2", "describe-subnets", "--filters", f"Name=vpc-id,Values={vpc}", "--region", subject.region)
    return Check("network", "warning", detail, fix)


def _way_to_s3(aws: Aws, subject: Subject, vpc: str) -> Check:
    """Jobs in a VPC reach S3 by an endpoint of it, or by a NAT gateway; else they wait until they fail."""
    service = f"com.amazonaws.{subject.region}.s3"
    filters = [{"Name": "vpc-id", "Values": [vpc]}]
    try:
        endpoints = aws.ask("ec2", "describe_vpc_endpoints", Filters=filters)["VpcEndpoints"]
        gateways = aws.ask("ec2", "describe_nat_gateways", Filters=filters)["NatGateways"]
        tables = aws.ask("ec2", "describe_route_tables", Filters=filters)["RouteTables"]
    except DeniedError as error:
        return aws.refused("way to S3", error)
    if any(item["ServiceName"] == service and item["State"].lower() == "available" for item in endpoints):
        return Check("way to S3", "ok", f"{vpc} has an endpoint for S3")
    if any(item["State"] == "available" for item in gateways):
        return Check("way to S3", "ok", f"{vpc} has a NAT gateway; an endpoint for S3 would be free and faster")
    fix = shell(
        *("aws", "ec2", "create-vpc-endpoint", "--vpc-id", vpc, "--service-name", service, "--route-table-ids"),
        *(item["RouteTableId"] for item in tables),
        *("--region", subject.region),
    )
    detail = f"{vpc} has neither an endpoint for S3 nor a NAT gateway: training jobs may not reach their data"
    return Check("way to S3", "warning", detail, fix)
