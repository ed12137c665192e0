"""`python -m smtune.local.http [--port N] [--s3 URL]`: the local engine behind HTTP, until Ctrl-C.

The first line of output says what to set: `AWS_ENDPOINT_URL=http://127.0.0.1:PORT`.
"""

from __future__ import annotations

import argparse
import logging
import sys

from smtune.errors import SmtuneError
from smtune.local.http.server import Front
from smtune.local.settings import Settings


def main() -> int:
    """Serve; returns the exit code."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    parser = argparse.ArgumentParser(prog="python -m smtune.local.http", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0, the default, is any that is free")
    parser.add_argument("--s3", metavar="URL", help="endpoint of S3 and of what else the engine has not")
    options = parser.parse_args()
    try:
        front = Front(Settings.from_environment(), port=options.port, s3=options.s3)
    except (SmtuneError, OSError, ValueError) as error:
        sys.stderr.write(f"cannot serve: {error}\n")
        return 253
    sys.stdout.write(f"AWS_ENDPOINT_URL={front.url}\n")
    sys.stdout.flush()
    try:
        front.serve()
    except KeyboardInterrupt:
        return 130
    finally:
        front.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
