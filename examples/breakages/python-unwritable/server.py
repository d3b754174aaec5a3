import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

VISITS = Path("/app/data/visits")


def visit():
    """Count a visit in the file; return how many there were."""
    count = int(VISITS.read_text()) + 1
    VISITS.write_text(f"{count}\n")
    return count


class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            visit()
        except OSError as error:
            self.send_error(500, str(error))
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"welcome\n")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    ThreadingHTTPServer(("", 8000), Page).serve_forever()
