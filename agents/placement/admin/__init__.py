"""Deployments, nodes and instances in the admin panel, with their live state."""

from agents.placement.admin.deployment import DeploymentAdmin

__all__ = ["DeploymentAdmin"]
