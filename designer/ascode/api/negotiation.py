"""``?format=`` on these calls names the format of a document, not that of errors."""

from collections.abc import Mapping
from typing import IO, Any, NamedTuple

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.request import Request

from designer.actions.errors import TooLargeError
from designer.api.parsers import LIMIT
from designer.ascode.document import MAX_BYTES


class ErrorsAreJson(DefaultContentNegotiation):
    """Answers errors as JSON, whatever the client accepts."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        """Return the first renderer."""
        return renderers[0], renderers[0].media_type


class Body(NamedTuple):
    """A document as it was sent."""

    content: bytes


class _RawParser(BaseParser):
    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the body as it is; raises ``TooLargeError``."""
        content = stream.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise TooLargeError(f"The document is longer than {MAX_BYTES:,} bytes.", limit=MAX_BYTES)
        return Body(content)


class YamlBody(_RawParser):
    """``application/yaml`` (RFC 9512)."""

    media_type = "application/yaml"


class OtherYamlBody(_RawParser):
    """What YAML was called before, and plain text."""

    media_type = "text/*"


class JsonBody(_RawParser):
    """``application/json``."""

    media_type = "application/json"


class FileBody(MultiPartParser):
    """A form with the document as ``file``."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the form; raises ``TooLargeError`` before any of it is read."""
        request = (parser_context or {}).get("request")
        if request is not None and int(request.META.get("CONTENT_LENGTH") or 0) > LIMIT:
            raise TooLargeError(f"The request is larger than {LIMIT:,} bytes.", limit=LIMIT)
        return super().parse(stream, media_type, parser_context)


BODIES = [YamlBody, JsonBody, FileBody, OtherYamlBody]
