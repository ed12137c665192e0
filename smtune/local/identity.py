"""STS: who one is here."""

from __future__ import annotations

from typing import Any

from smtune.local.answers import ServiceAnswerError
from smtune.local.settings import ACCOUNT


class IdentityService:
    """GetCallerIdentity, the same for everybody."""

    def call(self, operation: str, _request: dict[str, Any], /) -> dict[str, Any]:
        """Answer one call; raises ServiceAnswerError."""
        if operation != "GetCallerIdentity":
            message = f"The local engine does not answer {operation} so far"
            raise ServiceAnswerError("UnknownOperationException", message)
        return {"UserId": "AIDALOCALSMTUNE", "Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:user/local"}
