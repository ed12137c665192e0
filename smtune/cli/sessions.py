"""The session that knows a job named on the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from smtune.errors import ConfigurationError, ServiceError
from smtune.local.settings import Settings
from smtune.patience import Terms
from smtune.session import find_session, is_archived, is_local, renewed
from smtune.where import Where

GRACE = 15.0  # seconds in which AWS may not show a job that was just created
_ADVICE = ", or use this machine: --local"


@contextmanager
def session_for(job: str, target: Where) -> Iterator[Any]:
    """This machine's session if the job ran here, else AWS's; `target` decides where it says so.

    A job that is not here and that AWS does not give either is refused with both places in one sentence.
    """
    here = Settings.from_environment().home
    is_settled = target.target is not None or target.means_aws
    try:
        session = find_session(job, target)
        is_settled = is_settled or is_local(session) or is_archived(session)
        yield session
    except (ConfigurationError, ServiceError) as error:
        if not is_settled:
            reason = str(error).replace(_ADVICE, "")
            error.args = (f"no job {job} here (SMTUNE_HOME={here}; see: smtune list); and AWS: {reason}",)
        raise


def terms_for(session: Any, tell: Callable[[str], None], grace: float = GRACE) -> Terms:
    """How long a command bears with the peer of a session: new credentials are read, a new job may be seen late."""
    return Terms(renew=lambda: renewed(session), tell=tell, grace=0.0 if is_local(session) else grace)
