"""What training jobs printed, from CloudWatch Logs."""

from smtune.logs.read import log_lines as log_lines
