"""Settings of Django REST framework and of the OpenAPI document."""

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "agentcluster.api.authentication.BearerAuthentication",
        "agentcluster.api.authentication.PageAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["agentcluster.api.permissions.ProjectRole"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "agentcluster.api.pages.CursorPages",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "agentcluster.api.exceptions.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "AgentCluster",
    "DESCRIPTION": (
        "Start workflows of cooperating agents and watch them. Send `Authorization: Bearer <token>`. "
        "Lists answer `next`, `previous` and `results`; errors are problem details (RFC 9457)."
    ),
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v[0-9]+",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["agentcluster.api.permissions.LoggedIn"],
    "COMPONENT_SPLIT_REQUEST": True,
    "REDOC_DIST": "SIDECAR",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "agentcluster.api.document.add_problems",
        "agentcluster.api.document.add_summaries",
    ],
    "ENUM_NAME_OVERRIDES": {
        "RoleEnum": "agentcluster.security.models.Role",
        "BundleStatusEnum": "agents.bundles.api.schemas.BUNDLE_STATUSES",
        "BundleDecisionEnum": "agents.bundles.api.schemas.DECIDED_STATUSES",
        "SignatureStateEnum": "agents.bundles.api.schemas.SIGNATURE_STATES",
        "NodeStatusEnum": "agents.api.schemas.NODE_STATUSES",
        "BreakerStateEnum": "agents.routing.api.schemas.BREAKER_STATES",
        "SlotStateEnum": "agents.placement.api.schemas.SLOT_STATES",
        "DeploymentStatusEnum": "agents.placement.api.schemas.DEPLOYMENT_STATUSES",
        "RunStatusEnum": "designer.models.RunStatus",
        "OriginKindEnum": "designer.api.run_schemas.ORIGIN_KINDS",
        "PolicyKindEnum": "agents.domain.policy.KINDS",
        "PolicyChangeEnum": "agents.policies.api.schemas.CHANGES",
        "TriggerKindEnum": "designer.triggers.models.Kind",
        "ChangeEnum": "designer.ascode.api.schemas.CHANGES",
        "EdgeChangeEnum": "designer.ascode.api.schemas.EDGE_CHANGES",
    },
}
