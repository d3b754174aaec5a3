import json
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer


def readable(text):
    """Read a document in a worker, so that the page never waits."""
    found = []
    worker = threading.Thread(target=lambda: found.append(json.loads(text)))
    worker.start()
    worker.join()
    return bool(found)


def page():
    return f"{readable('[[]]')}\n"


class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(page().encode())


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    HTTPServer(("", 8000), Page).serve_forever()
