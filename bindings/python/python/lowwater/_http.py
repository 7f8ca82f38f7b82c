"""The HTTP client that fetches keys: the standard library's, with a bound for all of a request."""

import contextlib
import http.client
import socket
import ssl
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


def _known(sockets: list[socket.socket], late: threading.Event) -> tuple[Any, Any]:
    """Connections that are known to whoever ends them: a timeout of sockets is one for each read, and a server that
    sends a byte now and then, also of its handshake, never meets it.
    """

    def note(connected: socket.socket) -> None:
        sockets.append(connected)
        # Names and addresses that lead nowhere may have taken all of the time: then nobody ends it but this.
        if late.is_set():
            raise TimeoutError

    class Http(http.client.HTTPConnection):
        def connect(self) -> None:
            super().connect()
            note(self.sock)

    class Https(http.client.HTTPSConnection):
        def connect(self) -> None:
            http.client.HTTPConnection.connect(self)
            context, name = self._context, self._tunnel_host or self.host  # type: ignore[attr-defined]
            # A socket that is wrapped is another, and its handshake is a part of the time.
            self.sock = context.wrap_socket(
                self.sock, server_hostname=name, do_handshake_on_connect=False
            )
            note(self.sock)
            self.sock.do_handshake()

    return Http, Https


def fetch(request: Fetch) -> Answer:
    """Makes one request; raises TimeoutError where there is no answer. Proxies and certificates are the environment's."""
    open_sockets: list[socket.socket] = []
    late = threading.Event()
    plain, secure = _known(open_sockets, late)

    class Http(urllib.request.HTTPHandler):
        def http_open(self, req: urllib.request.Request) -> Any:
            return self.do_open(plain, req)

    class Https(urllib.request.HTTPSHandler):
        def https_open(self, req: urllib.request.Request) -> Any:
            return self.do_open(secure, req, context=ssl.create_default_context())

    def cut_off() -> None:
        late.set()
        for one in open_sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    headers = {"User-Agent": f"lowwater/{__version__}", **request.headers}
    # The scheme was checked: https, or http of this machine.
    asked = urllib.request.Request(  # noqa: S310
        request.url, request.body, headers, method=request.method
    )
    # What is http is this machine, to which no proxy leads.
    proxies: dict[str, str] | None = None if request.url.startswith("https:") else {}
    proxy = urllib.request.ProxyHandler(proxies)
    opener = urllib.request.build_opener(_NoRedirect, proxy, Http, Https)
    watch = threading.Timer(request.timeout, cut_off)
    watch.daemon = True
    watch.start()
    try:
        try:
            answer = opener.open(asked, timeout=request.timeout)
        except urllib.error.HTTPError as other:
            answer = other
        with answer:
            told = answer.status, list(answer.headers.items()), answer.read(request.max_bytes + 1)
        # What was cut off looks like an end.
        if late.is_set():
            raise TimeoutError("no answer in time")
        return told
    except (OSError, http.client.HTTPException) as broken:
        raise TimeoutError("no answer in time" if late.is_set() else "no answer") from broken
    finally:
        watch.cancel()
        for one in open_sockets:
            one.close()
