"""``/signing-keys``: whose signatures are trusted."""

from typing import cast

from django.contrib.auth.models import User
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agentcluster.api.permissions import LoggedIn
from agents.bundles.actions.add_key import add_key
from agents.bundles.actions.remove_key import remove_key
from agents.bundles.api.rows import key_row
from agents.bundles.api.schemas import KeyListSerializer, KeySerializer, NewKey
from agents.bundles.models import SigningKey


class SigningKeysView(APIView):
    """All trusted keys."""

    permission_classes = [LoggedIn]

    @extend_schema(operation_id="list_signing_keys", responses=KeyListSerializer, tags=["bundles"])
    def get(self, request: Request) -> Response:
        """List the trusted keys, by name, all on one page."""
        rows = [key_row(key) for key in SigningKey.objects.select_related("created_by")]
        return Response({"next": None, "previous": None, "results": rows})

    @extend_schema(operation_id="add_signing_key", request=NewKey, responses={201: KeySerializer}, tags=["bundles"])
    def post(self, request: Request) -> Response:
        """Trust a key. Needs the permission to add signing keys: being staff is not enough."""
        body = NewKey(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(key_row(add_key(cast(User, request.user), **body.validated_data)), status=201)


class SigningKeyView(APIView):
    """One trusted key."""

    permission_classes = [LoggedIn]

    @extend_schema(operation_id="remove_signing_key", responses={204: None}, tags=["bundles"])
    def delete(self, request: Request, key_id: str) -> Response:
        """Trust a key no longer. Approved bundles stay so: quarantine those you doubt."""
        remove_key(cast(User, request.user), key_id)
        return Response(status=204)
