"""The content security policy, loosened on the few addresses whose libraries need it."""

from csp.constants import UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest, HttpResponseBase

LOOSER = {
    # django-unfold's Alpine compiles the expressions of its attributes; htmx adds a style element
    "/admin/": {"script-src": ["'self'", UNSAFE_EVAL], "style-src": ["'self'", UNSAFE_INLINE]},
    # Redoc adds style elements as it renders
    "/api/docs/": {"style-src": ["'self'", UNSAFE_INLINE]},
}
"""Directives replaced, by the start of the path."""


class ContentSecurityPolicy(CSPMiddleware):
    """Sends the policy of ``CONTENT_SECURITY_POLICY``."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        """Return the policy's parts for the request's path."""
        parts = super().get_policy_parts(request, response, report_only)
        for start, directives in LOOSER.items():
            if request.path_info.startswith(start):
                parts.replace = {**(parts.replace or {}), **directives}
        return parts
