"""Whether the settings in the environment make sense, asked before anything starts."""

import importlib

from django.core.checks import Error, run_checks
from django.core.exceptions import ImproperlyConfigured

from agentcluster.messaging.replicas import given_replicas
from agentcluster.up.errors import BadSettingError

TAG = "settings"
"""Of the checks that apps register for settings they read themselves."""


def require_readable() -> None:
    """Read the settings of all processes; BadSettingError names the first one that makes no sense."""
    given_replicas()
    try:
        importlib.import_module("agentcluster.settings")
    except ImproperlyConfigured as error:
        raise BadSettingError(str(error)) from None


def require_good() -> None:
    """Ask the apps for theirs, once Django is set up; BadSettingError names those that make no sense."""
    faults = [str(found.msg) for found in run_checks(tags=[TAG]) if isinstance(found, Error)]
    if faults:
        raise BadSettingError(" ".join(faults))
