"""An HTTP front of the local engine: AWS's protocols on 127.0.0.1, so that any SDK and the AWS CLI can use it."""

from smtune.local.http.door import Door as Door
from smtune.local.http.front import Front as Front
