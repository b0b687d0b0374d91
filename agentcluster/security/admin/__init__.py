"""People and access in the admin panel; only superusers come here, because access can give more access."""

from agentcluster.security.admin import attempt, group, login_link, project, token, user

__all__ = ["attempt", "group", "login_link", "project", "token", "user"]
