"""Who may read and reach what: network and keys."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, Strict

from smtune.spec.ranges import Frozen


class Security(Frozen):
    """One block for everything that keeps a training job to itself."""

    isolation: bool | None = Field(
        default=None, description="No network inside the training container.", examples=[True]
    )
    encrypt_traffic: bool | None = Field(
        default=None, description="Encrypt what the instances of one training job tell each other.", examples=[True]
    )
    subnets: Annotated[tuple[str, ...], Strict(False)] = Field(
        default=(), description="Subnets of your VPC; needs `security_groups`.", examples=[["subnet-0a1b2c3d"]]
    )
    security_groups: Annotated[tuple[str, ...], Strict(False)] = Field(
        default=(), description="Security groups of your VPC; needs `subnets`.", examples=[["sg-0a1b2c3d"]]
    )
    volume_key: str | None = Field(
        default=None,
        description="KMS key of the instances' storage.",
        examples=["arn:aws:kms:us-east-1:123456789012:key/1a2b3c4d"],
    )
    output_key: str | None = Field(
        default=None,
        description="KMS key of the model artifacts.",
        examples=["arn:aws:kms:us-east-1:123456789012:key/1a2b3c4d"],
    )

    def over(self, shared: Security) -> Security:
        """This, with what it leaves open from `shared`."""
        own = {name: value for name, value in self if value != type(self).model_fields[name].default}
        return Security(**{**dict(shared), **own})
