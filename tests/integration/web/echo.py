"""An application that answers with what it was given."""

import json
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agentcluster.settings")
django.setup()


from agentcluster.web import turning_away  # noqa: E402 - Django has to be set up first

turning_away.ask(lambda path: (429, [(b"content-length", b"0")], b"") if path == "/full" else None)


async def application(scope, receive, send):
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
    seen = {"size": len(body), "headers": headers, "root_path": scope["root_path"]}
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": json.dumps(seen).encode()})
