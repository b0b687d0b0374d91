"""Static files from where they are, also after the front end was built anew under a running server."""

import os
from typing import Any

from django.contrib.staticfiles import finders
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from whitenoise.middleware import WhiteNoiseMiddleware


class StaticFiles(WhiteNoiseMiddleware):
    """WhiteNoise reads the list of files once, at start; a file that is not in it is looked for, one gone is forgotten."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve the file, or pass the request on."""
        url = request.path_info
        known: dict[str, Any] = self.files
        if url not in known and url.startswith(self.static_prefix):
            self._look_for(url)
        try:
            return super().__call__(request)
        except FileNotFoundError:
            if known.pop(url, None) is None:
                raise
            return super().__call__(request)

    def _look_for(self, url: str) -> None:
        path = finders.find(url.removeprefix(self.static_prefix))
        if path and os.path.isfile(path):
            self.add_file_to_dictionary(url, path)
