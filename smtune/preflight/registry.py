"""The URI of a container image -> where it lies in ECR."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from smtune.algorithms.images import families
from smtune.partitions import REGISTRY

_URI = re.compile(REGISTRY + r"([^:@]+)(?::([^@]+))?(?:@(sha256:[0-9a-f]{64}))?")


@dataclass(frozen=True)
class Image:
    """An image in ECR."""

    account: str
    region: str
    repository: str
    tag: str | None
    digest: str | None

    @property
    def is_of_aws(self) -> bool:
        """Whether it lies in one of the accounts that hold SageMaker's own images."""
        return self.account in _accounts()

    def account_in(self, region: str) -> str | None:
        """Whose registry has the same image in another region: the owner's own, and one of AWS's for AWS's; or None."""
        if not self.is_of_aws:
            return self.account
        tables = [family.accounts for family in families().values() if family.repository == self.repository]
        return next((table.get(region) for table in tables if table.get(self.region) == self.account), None)

    @property
    def request(self) -> dict[str, Any]:
        """As ECR's calls name it; without a tag or a digest it is `latest`."""
        name = {"imageDigest": self.digest} if self.digest else {"imageTag": self.tag or "latest"}
        return {"registryId": self.account, "repositoryName": self.repository, "imageIds": [name]}


def parse_ecr(uri: str) -> Image | None:
    """Where an image lies; None where that is not ECR."""
    match = _URI.fullmatch(uri)
    return Image(*match.groups()) if match else None


@cache
def _accounts() -> frozenset[str]:
    return frozenset(account for family in families().values() for account in family.accounts.values())
