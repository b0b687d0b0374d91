"""A small shop outside the system: workflows call it, and its book says what was called how often."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Shop:
    """Answers ``POST /<what>`` and keeps every call in ``book``.

    Whatever is named in ``out_of_order`` answers 503; every answer takes ``delay_s`` seconds.
    """

    def __init__(self, delay_s: float = 0.0) -> None:
        self.book: list[str] = []
        self.out_of_order: set[str] = set()
        self.delay_s = delay_s
        shop = self

        class Counter(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                what = self.path.strip("/")
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                shop.book.append(what)
                time.sleep(shop.delay_s)
                body = json.dumps({what: len(shop.book)}).encode()
                self.send_response(503 if what in shop.out_of_order else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Counter)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "Shop":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
