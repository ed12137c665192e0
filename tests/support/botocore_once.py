"""What botocore works out for each session and client anew, and always the same, is worked out once a process.

Some MB of JSON for a service, its methods, the rules of its endpoints, the names of events: tests make thousands of
clients. Answers, handlers and credentials stay each session's own. A pytest plugin.
"""

from __future__ import annotations

import functools
from typing import Any

import botocore.client
import botocore.hooks
import botocore.loaders
import botocore.regions
import botocore.session

_aliases = dict[str, str]()
_models = dict[tuple[str, str | None], Any]()
_methods = dict[int, dict[str, Any]]()
_providers = dict[int, Any]()
_kwargs = dict[Any, Any]()


def _load_model(self: Any, service: str, version: str | None = None) -> Any:
    if (service, version) not in _models:
        _models[service, version] = _read_model(self, service, version)
    return _models[service, version]


def _create_methods(self: Any, model: Any) -> dict[str, Any]:
    """A copy: handlers of "creating-client-class" add to it. The models are kept, so their ids stay theirs."""
    if id(model) not in _methods:
        _methods[id(model)] = _make_methods(self, model)
    return dict(_methods[id(model)])


def _endpoint_provider(ruleset_data: Any, **others: Any) -> Any:
    """The loader keeps the rules, so their ids stay theirs; what else is given depends on the service alone."""
    if id(ruleset_data) not in _providers:
        _providers[id(ruleset_data)] = _make_provider(ruleset_data=ruleset_data, **others)
    return _providers[id(ruleset_data)]


def _share_aliases(self: Any, emitter: Any, aliases: Any = None) -> None:
    _make_aliaser(self, emitter, aliases)
    if aliases is None:
        self._alias_name_cache = _aliases


def _accepts_kwargs(handler: Any) -> Any:
    """botocore asks it of each handler that is registered, hundreds for a session."""
    code = getattr(getattr(handler, "__func__", handler), "__code__", None)
    if code is None:
        return _look_up(handler)
    if code not in _kwargs:
        _kwargs[code] = _look_up(handler)
    return _kwargs[code]


# Any: the stubs do not know what is private.
_creator: Any = botocore.client.ClientCreator
_aliaser: Any = botocore.hooks.EventAliaser
_hooks: Any = botocore.hooks
_regions: Any = botocore.regions

_read_model, _make_methods = _creator._load_service_model, _creator._create_methods
_make_aliaser, _make_provider = _aliaser.__init__, _regions.EndpointProvider
_look_up = _hooks.accepts_kwargs

_creator._load_service_model, _creator._create_methods = _load_model, _create_methods
_aliaser.__init__, _regions.EndpointProvider = _share_aliases, _endpoint_provider
_hooks.accepts_kwargs = _accepts_kwargs
botocore.loaders.create_loader = botocore.session.create_loader = functools.cache(botocore.loaders.create_loader)
