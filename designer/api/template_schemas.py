"""How templates look as JSON."""

from typing import Any

from rest_framework import serializers


class Template(serializers.Serializer[Any]):
    """A workflow to start from."""

    name = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField()
    icon = serializers.CharField(help_text="Tabler icon name")
    graph = serializers.DictField()
    sample_input = serializers.DictField(help_text="Ready to run: its files are uploaded")
