"""Where a tuning job runs: what a request needs and a spec does not have to say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

DEFAULT_REGION = "us-east-1"
DEFAULT_ACCOUNT = "000000000000"


@dataclass(frozen=True)
class Site:
    """An account in a region, and what has been put there for this job."""

    region: str = DEFAULT_REGION
    account: str = DEFAULT_ACCOUNT
    role: str | None = None
    """Role ARN; None: the spec's, else `role/smtune` of the account."""
    bucket: str | None = None
    """None: the SDK's default, `sagemaker-{region}-{account}`."""
    key_prefix: str | None = None
    """What the keys of everything in the bucket begin with."""
    channels: Mapping[str, str] = field(default_factory=dict)
    """Channel -> the S3 URI its data has been uploaded to; others get a default below the bucket."""
    code: str | None = None
    """S3 URI of the uploaded source archive of a script."""

    @property
    def bucket_name(self) -> str:
        return self.bucket or f"sagemaker-{self.region}-{self.account}"

    @property
    def role_arn(self) -> str:
        return self.role or f"arn:aws:iam::{self.account}:role/smtune"

    def prefix(self, name: str) -> str:
        """Where everything of the spec called `name` lies by default."""
        return "/".join(["s3:/", self.bucket_name, *filter(None, (self.key_prefix or "").split("/")), "smtune", name])
