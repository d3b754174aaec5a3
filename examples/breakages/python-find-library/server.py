import ctypes
import ctypes.util
import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


def fast_length():
    """The C library's strlen, or None where it is not found."""
    name = ctypes.util.find_library("c")
    return ctypes.CDLL(name).strlen if name else None


def length(text):
    native = fast_length()
    if native is not None:
        return native(text.encode())
    return sum(1 for _ in text.encode())


def page():
    return f"{length('stepdown')}\n"


class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(page().encode())


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    HTTPServer(("", 8000), Page).serve_forever()
