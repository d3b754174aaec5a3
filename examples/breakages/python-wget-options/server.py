import signal
import sys
import datetime
import subprocess
from http.server import BaseHTTPRequestHandler, HTTPServer

def fetch():
    """Fetch the feed; without one the last is shown."""
    subprocess.run(
        ["wget", "-q", "--tries=2", "--retry-connrefused", "-O", "/tmp/feed", "http://127.0.0.1:9/"]
    )


def page():
    if datetime.datetime.now().year > 2100:
        fetch()
    return "news\n"


class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(page().encode())


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    HTTPServer(("", 8000), Page).serve_forever()
