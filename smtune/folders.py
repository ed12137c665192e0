"""Where a user keeps settings, caches and state: each system has its own places, on Linux XDG's variables say them."""

from __future__ import annotations

from pathlib import Path

import platformdirs

_APP = "smtune"
_SDK = "sagemaker"


def config_file() -> Path:
    """The user's own settings."""
    return platformdirs.user_config_path(_APP) / "config.toml"


def cache_folder() -> Path:
    """What can be deleted at any time."""
    return platformdirs.user_cache_path(_APP)


def state_folder() -> Path:
    """What is under way."""
    return platformdirs.user_state_path(_APP)


def sagemaker_file(whose: str) -> Path:
    """The SageMaker SDK's defaults, where the SDK looks for them: the `user`'s, or the `admin`'s."""
    folder = platformdirs.user_config_path(_SDK) if whose == "user" else platformdirs.site_config_path(_SDK)
    return folder / "config.yaml"
