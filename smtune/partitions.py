"""The parts of AWS, which share nothing but their software: each has regions, names and a console of its own.

Sources: botocore's partitions.json for names, regions and domains; the consoles are those that AWS's pages lead to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Partition:
    """A part of AWS."""

    name: str
    """The second word of every ARN in it."""
    regions: str
    """How the names of its regions begin."""
    domain: str
    """What the names of its registries end in."""
    home: str | None = None
    """A region that nobody has to switch on."""
    console: str | None = None
    """Its host; None where nobody outside knows it."""


PARTITIONS = (
    Partition("aws-cn", "cn-", "amazonaws.com.cn", "cn-north-1", "console.amazonaws.cn"),
    Partition("aws-us-gov", "us-gov-", "amazonaws.com", "us-gov-west-1", "console.amazonaws-us-gov.com"),
    Partition("aws-eusc", "eusc-", "amazonaws.eu", "eusc-de-east-1", "console.amazonaws-eusc.eu"),
    Partition("aws-iso", "us-iso-", "c2s.ic.gov"),
    Partition("aws-iso-b", "us-isob-", "sc2s.sgov.gov"),
    Partition("aws-iso-e", "eu-isoe-", "cloud.adc-e.uk"),
    Partition("aws-iso-f", "us-isof-", "csp.hci.ic.gov"),
    Partition("aws", "", "amazonaws.com", "us-east-1", "{region}.console.aws.amazon.com"),  # all others: the last
)
REGISTRY = rf"(\d{{12}})\.dkr\.ecr\.([a-z0-9-]+)\.(?:{'|'.join(re.escape(each.domain) for each in PARTITIONS)})/"
"""How the URI of an image in Amazon ECR begins, as a regular expression: account and region."""


def partition_of(region: str) -> Partition:
    """The part that a region belongs to; one whose name says nothing else is `aws`'s."""
    return next(partition for partition in PARTITIONS if region.startswith(partition.regions))


def console_host(region: str) -> str | None:
    """Where AWS shows what is in a region; None where nobody outside knows it."""
    console = partition_of(region).console
    return console and console.format(region=region)
