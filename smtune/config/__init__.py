"""What a machine, a project and an account say of every tuning job: profile, region, role, bucket, keys, tags."""

from smtune.config.apply import Applied as Applied
from smtune.config.apply import apply as apply
from smtune.config.resolve import Configuration as Configuration
from smtune.config.resolve import Setting as Setting
from smtune.config.resolve import load_configuration as load_configuration
