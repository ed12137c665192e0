"""The two images of the tests of containers: `make docker` calls it.

    python infra/docker/images.py SITE

SITE is a folder of Python packages for the image that has some.
"""

from __future__ import annotations

import sys
from pathlib import Path

from image import build

build("smtune-test:own")
build("smtune-test:toolkit", Path(sys.argv[1]))
