"""The HTTP client that fetches keys: the standard library's, with a bound for all of a request."""

import contextlib
import http.client
import socket
import threading
import urllib.error
import urllib.request
from typing import Any

from lowwater._lowwater import Fetch, __version__

Answer = tuple[int, list[tuple[str, str]], bytes]


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Redirects are answers like others: whether to follow one is decided elsewhere."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _cut_off_by(cut: list[socket.socket], connection: type[http.client.HTTPConnection]) -> Any:
    """The connection, known to whoever ends it: a timeout of sockets is one for each read, and a server that sends a
    byte now and then never meets it.
    """

    class Known(connection):  # type: ignore[misc, valid-type]
        def connect(self) -> None:
            super().connect()
            cut.append(self.sock)

    return Known


def fetch(request: Fetch) -> Answer:
    """Makes one request; raises OSError where there is no answer. Proxies and certificates are the environment's."""
    open_sockets: list[socket.socket] = []

    class Http(urllib.request.HTTPHandler):
        def http_open(self, req: urllib.request.Request) -> Any:
            return self.do_open(_cut_off_by(open_sockets, http.client.HTTPConnection), req)

    class Https(urllib.request.HTTPSHandler):
        def https_open(self, req: urllib.request.Request) -> Any:
            return self.do_open(_cut_off_by(open_sockets, http.client.HTTPSConnection), req)

    def cut_off() -> None:
        for one in open_sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    headers = {"User-Agent": f"lowwater/{__version__}", **request.headers}
    # The scheme was checked: https, or http of this machine.
    asked = urllib.request.Request(  # noqa: S310
        request.url, request.body, headers, method=request.method
    )
    opener = urllib.request.build_opener(_NoRedirect, Http, Https)
    watch = threading.Timer(request.timeout, cut_off)
    watch.daemon = True
    watch.start()
    try:
        try:
            answer = opener.open(asked, timeout=request.timeout)
        except urllib.error.HTTPError as other:
            answer = other
        with answer:
            body = answer.read(request.max_bytes + 1)
            return answer.status, list(answer.headers.items()), body
    except http.client.HTTPException as broken:
        raise OSError("no HTTP") from broken
    finally:
        watch.cancel()
