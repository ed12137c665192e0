"""Where the front listens, and what it takes to come in from elsewhere."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field

from smtune.errors import UsageError

_TOKEN = re.compile(r"[\w-]{16,128}", re.ASCII)


@dataclass(frozen=True)
class Door:
    """An address of this machine, a port (0: any that is free), and the access key id that clients must have."""

    host: str = "127.0.0.1"
    port: int = 0
    token: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Raises UsageError: for another address than this machine's own without a token, and a token that is none."""
        if self.token is None and not self.is_closed:
            message = (
                f"--host {self.host} lets other machines in: give a token as SMTUNE_SERVE_TOKEN, 16 to 128 letters, "
                "digits, - and _; it is the clients' AWS_ACCESS_KEY_ID"
            )
            raise UsageError(message)
        if self.token is not None and _TOKEN.fullmatch(self.token) is None:
            message = "the token is the clients' access key id: 16 to 128 letters, digits, - and _"
            raise UsageError(message)

    @property
    def is_closed(self) -> bool:
        """Whether only this machine can reach it."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def url(self, port: int) -> str:
        """What a client of this machine calls."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)  # noqa: S104  it is asked for
        return f"http://[{host}]:{port}" if ":" in host and not host.startswith("[") else f"http://{host}:{port}"
