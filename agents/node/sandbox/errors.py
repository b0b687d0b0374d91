"""Why an instance of a bundle does not start, or ended."""

from typing import Final

from agentcluster.errors import AgentClusterError, UnavailableError
from agents.domain.calls import CallError


class SandboxMissingError(AgentClusterError):
    """This node cannot put bundles into a sandbox, and runs none without."""

    code = "sandbox_missing"


class SandboxSettingError(AgentClusterError):
    """A setting of the sandbox makes no sense."""

    code = "bad_setting"


class LimitRefusedError(AgentClusterError):
    """The bundle asks for more than this node gives an instance."""

    code = "limit_refused"


class BundleMissingError(UnavailableError):
    """The files of the bundle cannot be had."""

    code = "bundle_missing"


class BundleDamagedError(AgentClusterError):
    """The files of the bundle are not what its identity says."""

    code = "bundle_damaged"


class AgentStartError(AgentClusterError):
    """The agent's process did not get ready."""

    code = "agent_start_failed"


class FileGoneError(AgentClusterError):
    """A file of the call's input cannot be given to the agent."""

    code = "file_missing"


CRASHED: Final = CallError("agent_crashed", "The agent's process ended unexpectedly.", retryable=True)
ENDED: Final = CallError(
    "agent_restarted", "The agent's process was ended while it worked on this call.", retryable=True
)
MEMORY: Final = CallError("memory_limit", "The agent needed more memory than its limit allows.")
CPU_TIME: Final = CallError("cpu_limit", "The agent needed more CPU time than its limit allows.")
PIDS: Final = CallError("pids_limit", "The agent started more processes or threads than its limit allows.")
DISK: Final = CallError("disk_limit", "The agent wrote more files than its scratch folder holds.")
PROTOCOL: Final = CallError("agent_protocol", "The agent's process sent what is no answer, and was ended.")
OUTPUT_JSON: Final = CallError("invalid_output", "The agent's output is no JSON.")
INPUT_SIZE: Final = CallError("invalid_input", "The input is larger than an agent in a sandbox can be given.")
STARTING: Final = CallError("unavailable", "The agent's process is being started again.", retryable=True)
