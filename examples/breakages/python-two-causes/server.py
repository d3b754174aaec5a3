import pathlib
import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer


def opening():
    """When the shop opens, as its sign says it."""
    return time.strftime("%I %P", time.gmtime(9 * 3600))


def licence():
    """The text of the licence."""
    return pathlib.Path("/usr/share/common-licenses/GPL-3").read_text()


class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(b"hello\n")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    HTTPServer(("", 8000), Page).serve_forever()
