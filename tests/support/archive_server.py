"""A web server on this machine that offers one file, and can be made to misbehave."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class ArchiveServer:
    """What is offered, and how.

    Attributes
    ----------
    content : bytes
    etag, modified : str
        Sent with it; empty for none.
    has_ranges : bool
        Whether it goes on in the middle.
    breaks : list of int
        After how many bytes each answer in turn breaks off; those after them are whole.
    statuses : list of int
        What the next answers are instead.
    length : int or None
        What it says how long the file is, where that is a lie.
    held : threading.Event or None
        What each answer waits for after half of what it sends.
    ranges : list of str
        What was asked for, "" for all.
    """

    content: bytes
    url: str = ""
    etag: str = '"one"'
    modified: str = ""
    has_ranges: bool = True
    breaks: list[int] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    length: int | None = None
    held: threading.Event | None = None
    ranges: list[str] = field(default_factory=list)


@contextmanager
def offer(content: bytes) -> Iterator[ArchiveServer]:
    offered = ArchiveServer(content)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            _answer(self, offered)

        def log_message(self, *args: object) -> None:
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    offered.url = f"http://127.0.0.1:{server.server_port}/archive.zip"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield offered
    finally:
        if offered.held is not None:
            offered.held.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _answer(handler: BaseHTTPRequestHandler, offered: ArchiveServer) -> None:
    asked = handler.headers.get("Range", "")
    offered.ranges.append(asked)
    if offered.statuses:
        handler.send_response(offered.statuses.pop(0))
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        return
    validators = {offered.etag, offered.modified}
    start = 0
    if asked and offered.has_ranges and handler.headers.get("If-Range") in validators:
        found = re.fullmatch(r"bytes=(\d+)-", asked)
        assert found is not None
        start = int(found[1])
    body, total = offered.content[start:], len(offered.content)
    if start:
        handler.send_response(206)
        handler.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
    else:
        handler.send_response(200)
    if offered.etag:
        handler.send_header("ETag", offered.etag)
    if offered.modified:
        handler.send_header("Last-Modified", offered.modified)
    handler.send_header("Content-Length", str(offered.length or len(body)))
    handler.end_headers()
    if offered.breaks:
        body = body[: offered.breaks.pop(0)]
    try:
        if offered.held is not None:
            handler.wfile.write(body[: len(body) // 2])
            handler.wfile.flush()
            offered.held.wait()
            body = body[len(body) // 2 :]
        handler.wfile.write(body)
    except OSError:
        pass  # nobody wants more
    handler.close_connection = True
