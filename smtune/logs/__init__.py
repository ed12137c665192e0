"""What training jobs printed, from CloudWatch Logs: all of it, its end, or as it comes."""

from smtune.logs.follow import Following as Following
from smtune.logs.follow import follow_logs as follow_logs
from smtune.logs.lines import LogLine as LogLine
from smtune.logs.read import Reading as Reading
from smtune.logs.read import log_lines as log_lines
from smtune.logs.read import read_logs as read_logs
from smtune.logs.source import Source as Source
from smtune.logs.source import find_source as find_source
from smtune.logs.tail import tail as tail
