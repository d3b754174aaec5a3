import mimetypes
import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


def kind(path):
    """The content type of a file."""
    return mimetypes.guess_type(path)[0] or "application/octet-stream"


class Shelf(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", kind(self.path))
        self.end_headers()
        self.wfile.write(b"a book\n")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    HTTPServer(("", 8000), Shelf).serve_forever()
