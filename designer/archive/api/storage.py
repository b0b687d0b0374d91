"""How full the system is."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agentcluster.api.permissions import LoggedIn
from agentcluster.streams.shared import shared_client
from designer.archive.figures import storage


class RedisFigures(serializers.Serializer[Any]):
    """How full Redis is."""

    used_bytes = serializers.IntegerField()
    max_bytes = serializers.IntegerField(allow_null=True, help_text="Its limit, or the machine's memory")
    share = serializers.FloatField(allow_null=True, help_text="0 to 1")
    keys = serializers.IntegerField()


class RunFigures(serializers.Serializer[Any]):
    """Which runs stand in Redis."""

    live = serializers.IntegerField(help_text="On their way")
    standing = serializers.IntegerField(help_text="Waiting, queued or paused")
    parked = serializers.IntegerField(help_text="Of these, held by no worker and woken by a timer")
    ended_in_redis = serializers.IntegerField(help_text="Ended, and not archived yet")


class StreamFigures(serializers.Serializer[Any]):
    """What stands in the streams of Redis, counted there."""

    ready = serializers.IntegerField(help_text="Hints to runs, those in work included")
    jobs = serializers.IntegerField(help_text="Background jobs")
    tasks = serializers.IntegerField(help_text="Calls that agents work on")
    dead_letters = serializers.IntegerField()
    logs = serializers.IntegerField(help_text="Logs of runs; up to a minute old")
    inboxes = serializers.IntegerField(help_text="Runs with an inbox; up to a minute old")


class ArchiveFigures(serializers.Serializer[Any]):
    """How far the archive is, and how large."""

    backlog = serializers.IntegerField(help_text="Ended runs whose time to be archived has come")
    refused = serializers.IntegerField(help_text="Archived runs of which Redis has another log, which stays there")
    runs_per_minute = serializers.IntegerField()
    runs = serializers.IntegerField()
    bytes = serializers.IntegerField()
    original_bytes = serializers.IntegerField(help_text="Before compression")


class StorageWarning(serializers.Serializer[Any]):
    """What needs somebody's attention."""

    code = serializers.CharField()
    message = serializers.CharField()


class Storage(serializers.Serializer[Any]):
    """How full the system is."""

    redis = RedisFigures()
    runs = RunFigures()
    streams = StreamFigures()
    archive = ArchiveFigures()
    warnings = StorageWarning(many=True)


class StorageView(APIView):
    """How full Redis and the archive are."""

    permission_classes = [LoggedIn]

    @extend_schema(operation_id="get_storage", responses=Storage, tags=["system"])
    def get(self, request: Request) -> Response:
        """Read how full the system is; `warnings` names what needs attention, such as Redis above 75 %."""
        return Response(storage(shared_client()))
