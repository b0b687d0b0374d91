"""One HTTP request as it arrives, before any of our code sees it: bounded, and never parsed twice."""

import os
from typing import Any, Final

from daphne.http_protocol import HTTPFactory, WebRequest
from django.conf import settings

from agentcluster.api.problems import MEDIA_TYPE, problem
from agentcluster.web.turning_away import Channel

PATIENCE: Final = 2
"""A client that goes on sending beyond this many times the limit is cut off instead of answered."""


class Request(WebRequest):  # type: ignore[misc]  # Daphne has no types
    """Daphne's request. It takes a body of any size to memory, for Twisted to parse, and then to the application.

    Here a body beyond the limit is dropped as it comes and answered with 413, and only Django parses forms.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take what Twisted's channel gives."""
        super().__init__(*args, **{**kwargs, "parsePOSTFormSubmission": False})
        self._received = 0

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802  # Twisted's name
        """Keep a part of the body, or drop it when all together is too much."""
        self._received += len(data)
        limit = self._limit()
        if self._received <= limit:
            super().handleContentChunk(data)
        elif self._received > PATIENCE * limit:
            self.channel.loseConnection()

    def process(self) -> Any:
        """Refuse, or hand the request on, with the length of a body that came in chunks."""
        limit = self._limit()
        if self._received > limit:
            self._answer(413, "too_large", f"The request is larger than {limit:,} bytes.")
            return None
        if b"%00" in self.uri:
            # No address of ours has a null character, and PostgreSQL has no place for one.
            self._answer(400, "malformed", "The address holds a null character (%00).")
            return None
        # Daphne takes this one from clients as the path the application is mounted at.
        self.requestHeaders.removeHeader(b"daphne-root-path")
        if not self.requestHeaders.hasHeader(b"content-length") and self._received:
            # Django reads no body whose length it is not told.
            self.requestHeaders.setRawHeaders(b"content-length", [str(self._received).encode()])
            self.requestHeaders.removeHeader(b"transfer-encoding")
        self.content.seek(0, os.SEEK_SET)
        return super().process()

    def _limit(self) -> int:
        form = (self.requestHeaders.getRawHeaders(b"content-type") or [b""])[0].lower().startswith(b"multipart/")
        other: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        return int(settings.UPLOAD_MAX_BYTES) + other if form else other

    def _answer(self, status: int, code: str, detail: str) -> None:
        answer = problem(status, code, detail)
        headers = [(b"content-type", MEDIA_TYPE.encode()), (b"connection", b"close")]
        self.handle_reply({"type": "http.response.start", "status": status, "headers": headers})
        self.handle_reply({"type": "http.response.body", "body": answer.content})


class RequestFactory(HTTPFactory):  # type: ignore[misc]
    """Makes connections that are ours, as their requests are."""

    protocol = Channel

    def buildProtocol(self, addr: Any) -> Any:  # noqa: N802  # Twisted's name
        """Return the protocol of a new connection."""
        protocol = super().buildProtocol(addr)
        protocol.requestFactory = Request
        return protocol
