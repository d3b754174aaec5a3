import signal
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

PICTURE = b"P3 2 2 1  1 0 0  0 1 0  0 0 1  1 1 1\n"


def preview(picture):
    """Start to make a preview; a picture without one is shown as it is."""
    try:
        with subprocess.Popen(
            ["convert", "ppm:-", "-resize", "1x1", "png:/tmp/preview.png"], stdin=subprocess.PIPE
        ) as process:
            process.communicate(picture)
    except OSError:
        pass


def page():
    preview(PICTURE)
    return "queued\n"


class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(page().encode())


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    HTTPServer(("", 8000), Page).serve_forever()
