"""Long conversations with a service: how often to ask, and what to do when it does not answer."""

from smtune.patience.line import Line as Line
from smtune.patience.line import Terms as Terms
from smtune.patience.pace import ENGINE as ENGINE
from smtune.patience.pace import SERVICE as SERVICE
from smtune.patience.pace import Pace as Pace
from smtune.patience.pace import pace_of as pace_of
from smtune.patience.trouble import Trouble as Trouble
from smtune.patience.trouble import trouble_of as trouble_of
