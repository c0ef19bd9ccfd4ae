"""A web server that answers everything, and a client that sends what it is told."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from daemon_tools import LOOPBACK, free_port


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_request(self, *_arguments: object) -> None:
        """Says nothing."""


@contextmanager
def web_server(*addresses: str) -> Iterator[int]:
    """A server on these loopback addresses; gives its port."""
    port = free_port()
    with ExitStack() as stack:
        for address in addresses:
            server = stack.enter_context(ThreadingHTTPServer((address, port), _Answer))
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
        yield port


def get(port: int, target: str, headers: Mapping[str, str] = {}) -> int:
    """The status of a GET for ``target`` (a path, or a URL for a proxy)."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=10)
    try:
        connection.putrequest("GET", target, skip_host="Host" in headers)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        return connection.getresponse().status
    finally:
        connection.close()


def connect(port: int, authority: str) -> int:
    """The status of a CONNECT."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=10)
    try:
        connection.putrequest("CONNECT", authority, skip_host=True)
        connection.endheaders()
        return connection.getresponse().status
    finally:
        connection.close()
