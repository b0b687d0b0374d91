"""Who may do what with deployments and nodes. Reading: whoever is logged in, but for the logs of instances.

What an agent prints may come from runs of any project, so logs are for those who may deploy or operate. Changing what is
deployed: staff, or holders of ``placement.change_deployment``. Draining and stopping nodes, restarting, moving and stopping
instances: staff, or holders of ``placement.operate_nodes``. Registering agents: staff, or holders of
``agents.add_agentversion``.
"""

from django.contrib.auth.models import User

from agents.placement.errors import NotAllowedError


def may_deploy(user: User) -> bool:
    """Return whether the user may change what is deployed."""
    return user.is_active and (user.is_staff or user.has_perm("placement.change_deployment"))


def may_operate(user: User) -> bool:
    """Return whether the user may give orders to nodes."""
    return user.is_active and (user.is_staff or user.has_perm("placement.operate_nodes"))


def require_deploy(user: User | None) -> None:
    """Pass, or raise ``NotAllowedError``; None is the system itself."""
    if user is not None and not may_deploy(user):
        raise NotAllowedError("You may not change deployments; this needs the permission “Can change deployment”.")


def require_operate(user: User) -> None:
    """Pass, or raise ``NotAllowedError``."""
    if not may_operate(user):
        raise NotAllowedError(
            "You may not give orders to nodes; this needs the permission "
            "“Can drain and stop nodes, and restart, move and stop instances”."
        )


def require_logs(user: User) -> None:
    """Pass, or raise ``NotAllowedError``."""
    if not (may_operate(user) or may_deploy(user)):
        raise NotAllowedError(
            "You may not read the logs of instances, which hold what runs of all projects make agents print; this needs "
            "the permission “Can drain and stop nodes, and restart, move and stop instances” or “Can change deployment”."
        )


def require_register(user: User) -> None:
    """Pass, or raise ``NotAllowedError``."""
    if not (user.is_active and (user.is_staff or user.has_perm("agents.add_agentversion"))):
        raise NotAllowedError("You may not register agents; this needs the permission “Can add agent version”.")
