"""How files and tables look as JSON."""

from typing import Any

from rest_framework import serializers


class UploadBody(serializers.Serializer[Any]):
    """A file to upload, as multipart form data."""

    file = serializers.FileField()
    project = serializers.SlugField(required=False, help_text="Slug of the project; your first one when absent")


class Uploaded(serializers.Serializer[Any]):
    """An uploaded file; put ``ref`` where an input wants a file."""

    digest = serializers.CharField(help_text="sha256:<64 hex>")
    size = serializers.IntegerField(help_text="Bytes")
    media_type = serializers.CharField()
    name = serializers.CharField()
    ref = serializers.DictField(help_text='{"$artifact": {"digest", "size", "media_type", "name"}}')


class Column(serializers.Serializer[Any]):
    """A column of a table."""

    name = serializers.CharField()
    type = serializers.ChoiceField(["string", "integer", "number", "boolean", "datetime", "date"])


class TablePage(serializers.Serializer[Any]):
    """Some rows of a table."""

    columns = Column(many=True)
    row_count = serializers.IntegerField(help_text="Rows of the whole table")
    rows = serializers.ListField(child=serializers.ListField(child=serializers.JSONField()))
