"""Which service a command talks to, as its options say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Target = Literal["aws", "local"]


@dataclass(frozen=True)
class Where:
    """A peer, and how to reach it; None leaves it to the configuration."""

    target: Target | None = None
    """None: this machine if it knows the job, else AWS."""
    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None

    @property
    def options(self) -> Mapping[str, str]:
        """What was said, by the setting's key."""
        named = {"profile": self.profile, "region": self.region, "endpoint_url": self.endpoint_url}
        return {key: value for key, value in named.items() if value is not None}

    @property
    def means_aws(self) -> bool:
        """Whether something was said that only AWS has."""
        return self.target == "aws" or bool(self.options)
