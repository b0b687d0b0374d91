"""``/policies``: the set in force, and its changes. Reading: anybody with an account; changing: staff."""

from typing import Any, cast

import msgspec
from django.contrib.auth.models import User
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agentcluster.api.permissions import LoggedIn
from agentcluster.api.preconditions import etag, expected_revision
from agentcluster.errors import BadInputError
from agents.domain.policy import KINDS, SPECS, Policy, PolicySet
from agents.domain.policy_check import check_policy, check_set
from agents.policies import store
from agents.policies.actions.change import PERMISSION, registry
from agents.policies.actions.delete_policy import delete_policy
from agents.policies.actions.enable_policy import enable_policy
from agents.policies.actions.put_policy import put_policy
from agents.policies.actions.replace_set import replace_set
from agents.policies.api.body import PolicyParser, body_of, only, text
from agents.policies.api.schemas import (
    CheckAnswer,
    CheckBody,
    ClusterPolicy,
    EnableBody,
    SetBody,
    SetSchema,
    StateSchema,
)
from agents.policies.errors import NoSuchPolicyError
from agents.policies.models import PolicySetVersion
from agents.policies.standing import state

IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, required=True, description="The number of the set you saw, in quotes"
)
NOTE = OpenApiParameter("note", str, description="Why, for the history")
_EXAMPLE = OpenApiExample(
    "Partners may start 20 runs a second",
    {"kind": "rate_limit", "match": {"tag": "partners"}, "spec": {"rate": 20, "burst": 40, "per": "user"}},
    request_only=True,
)


class PolicyView(APIView):
    """What all endpoints of policies share."""

    permission_classes = [LoggedIn]
    parser_classes = [PolicyParser]


class PoliciesView(PolicyView):
    """The set in force."""

    @extend_schema(operation_id="get_policies", responses=SetSchema, tags=["policies"])
    def get(self, request: Request) -> Response:
        """Return the set of policies in force, with its number as ETag; `warnings` names what is odd about it."""
        return set_answer(request, store.newest())

    @extend_schema(
        operation_id="replace_policies", request=SetBody, responses=SetSchema, parameters=[IF_MATCH], tags=["policies"]
    )
    def put(self, request: Request) -> Response:
        """Replace all policies. 422 ``bad_policies`` names every fault, and nothing is changed; 412 when it was changed."""
        only(body_of(request), "policies", "note")
        row = replace_set(
            user_of(request),
            expected_revision(request),
            body_of(request).get("policies"),
            note=text(body_of(request), "note"),
        )
        return changed(request, row)


class OnePolicyView(PolicyView):
    """One policy."""

    @extend_schema(operation_id="get_policy", responses=ClusterPolicy, tags=["policies"])
    def get(self, request: Request, name: str) -> Response:
        """Return one policy."""
        newest = store.newest()
        found = next((policy for policy in newest.policies if policy.name == name), None)
        if found is None:
            raise NoSuchPolicyError(f"There is no policy called “{name[:64]}”.")
        return Response(shown(found), headers={"ETag": etag(newest.number)})

    @extend_schema(
        operation_id="put_policy",
        request=ClusterPolicy,
        responses=SetSchema,
        parameters=[IF_MATCH, NOTE],
        examples=[_EXAMPLE],
        tags=["policies"],
    )
    def put(self, request: Request, name: str) -> Response:
        """Create a policy, or replace it; with another name in the body it is renamed. 422 names every fault."""
        row = put_policy(user_of(request), expected_revision(request), name, body_of(request), note=_note(request))
        return changed(request, row)

    @extend_schema(
        operation_id="enable_policy", request=EnableBody, responses=SetSchema, parameters=[IF_MATCH], tags=["policies"]
    )
    def patch(self, request: Request, name: str) -> Response:
        """Switch a policy on or off."""
        only(body_of(request), "enabled", "change_note")
        on = body_of(request).get("enabled")
        if not isinstance(on, bool):
            raise BadInputError("enabled must be true or false.", field="/enabled")
        note = text(body_of(request), "change_note")
        row = enable_policy(user_of(request), expected_revision(request), name, on=on, note=note)
        return changed(request, row)

    @extend_schema(operation_id="delete_policy", responses=SetSchema, parameters=[IF_MATCH, NOTE], tags=["policies"])
    def delete(self, request: Request, name: str) -> Response:
        """Delete a policy; answers the set without it."""
        return changed(request, delete_policy(user_of(request), expected_revision(request), name, note=_note(request)))


class CheckView(PolicyView):
    """Checks without changing anything."""

    @extend_schema(operation_id="check_policies", request=CheckBody, responses=CheckAnswer, tags=["policies"])
    def post(self, request: Request) -> Response:
        """Say what is wrong with a policy (`policy`) or with a whole set (`policies`); nothing is changed."""
        only(body_of(request), "policy", "policies")
        if ("policy" in body_of(request)) == ("policies" in body_of(request)):
            raise BadInputError("Send either policy or policies.", field="/policies")
        if "policy" in body_of(request):
            checked = check_policy(body_of(request)["policy"], registry())
        else:
            checked = check_set(body_of(request)["policies"], registry())
        return Response(
            {
                "ok": not checked.faults,
                "faults": msgspec.to_builtins(checked.faults),
                "warnings": msgspec.to_builtins(checked.warnings),
            }
        )


class SchemaView(PolicyView):
    """What each kind may say."""

    @extend_schema(
        operation_id="get_policy_schema",
        responses={200: {"type": "object", "additionalProperties": {}}},
        tags=["policies"],
    )
    def get(self, request: Request) -> Response:
        """Return the JSON Schema of each kind's `spec`, with its defaults: for forms."""
        return Response({kind: _schema(kind) for kind in KINDS})


class StateView(PolicyView):
    """Where the set is in force."""

    @extend_schema(operation_id="get_policy_state", responses=StateSchema, tags=["policies"])
    def get(self, request: Request) -> Response:
        """Return which set each process has, and since when; a process that falls silent is left out after 10 s."""
        found = state()
        rows = [{name: getattr(each, name) for name in each.__struct_fields__} for each in found.processes]
        return Response({**msgspec.to_builtins(found), "processes": rows})


def user_of(request: Request) -> User:
    """Return the user behind the request."""
    return cast(User, request.user)


def may_change(user: User) -> bool:
    """Say whether a user may change policies."""
    return user.is_active and (user.is_staff or user.has_perm(PERMISSION))


def shown(policy: Policy) -> dict[str, Any]:
    """Return a policy with all its members, also those that have their defaults."""
    match = msgspec.to_builtins(policy.match)
    return {name: getattr(policy, name) for name in policy.__struct_fields__} | {"match": match}


def set_answer(request: Request, policies: PolicySet) -> Response:
    """Return a set as the API shows it."""
    checked = check_set(msgspec.to_builtins(policies.policies), registry())
    body = {
        "number": policies.number,
        "policies": [shown(policy) for policy in policies.policies],
        "by": policies.by,
        "at_ms": policies.at_ms,
        "note": policies.note,
        "warnings": msgspec.to_builtins((*checked.faults, *checked.warnings)),
        "may_change": may_change(user_of(request)),
    }
    return Response(body, headers={"ETag": etag(policies.number)})


def changed(request: Request, row: PolicySetVersion) -> Response:
    """Return the set that a change has made."""
    return set_answer(request, store.as_set(row))


def _note(request: Request) -> str:
    return request.query_params.get("note", "")


def _schema(kind: Any) -> dict[str, Any]:
    document = msgspec.json.schema(SPECS[kind])
    schema: dict[str, Any] = document["$defs"][SPECS[kind].__name__]
    return {name: value for name, value in schema.items() if name not in ("title", "description", "required")}
