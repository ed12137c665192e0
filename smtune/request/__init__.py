"""TuningSpec <-> CreateHyperParameterTuningJob request: pure, both ways, nothing lost."""

from smtune.request.description import from_description
from smtune.request.read import from_request
from smtune.request.site import Site
from smtune.request.write import to_request

__all__ = ["Site", "from_description", "from_request", "to_request"]
