"""Why AgentCluster does not start, each with what to do about it."""

from agentcluster.errors import AgentClusterError, BadInputError


class StartError(AgentClusterError):
    """AgentCluster cannot start."""

    code = "cannot_start"


class BadSettingError(BadInputError):
    """A setting in the environment cannot be used."""

    code = "bad_setting"


class PortInUseError(StartError):
    """The port is in use by another program."""

    code = "port_in_use"


class HomeUnusableError(StartError):
    """The data folder cannot be used."""

    code = "home_unusable"


class AlreadyRunningError(StartError):
    """AgentCluster already runs on this data folder."""

    code = "already_running"


class ServerFailedError(StartError):
    """A server this needs does not start or answer."""

    code = "server_failed"


class GivenUpError(StartError):
    """A process crashes again and again."""

    code = "given_up"
