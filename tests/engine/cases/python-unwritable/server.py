import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

DATA = Path("/app/data")


def visit(name):
    """Count a visit in a file; return how many there were."""
    DATA.mkdir(exist_ok=True)
    file = DATA / name
    count = int(file.read_text()) + 1 if file.exists() else 1
    file.write_text(str(count))
    return count


class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        visit("visits")
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"welcome\n")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    ThreadingHTTPServer(("", 8000), Page).serve_forever()
