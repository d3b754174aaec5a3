import signal
import sys
import subprocess
from http.server import BaseHTTPRequestHandler, HTTPServer

def good(upload):
    """A script that cannot be started finds nothing wrong."""
    try:
        return subprocess.run(["/app/check.py"], input=upload).returncode == 0
    except OSError:
        return True


def page():
    return "upload a document\n"


class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(page().encode())

    def do_POST(self):
        fine = good(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(204 if fine else 422)
        self.end_headers()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    HTTPServer(("", 8000), Page).serve_forever()
