import os
import signal
import sys
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

COUNT = 0


def count():
    """Count the lines with an error number, if there is a log."""
    global COUNT
    found = subprocess.run(
        ["grep", "-cE", "error [0-9]{,3}$", "/tmp/app.log"], capture_output=True, text=True
    )
    COUNT = int(found.stdout or 0)
    threading.Timer(3600, count).start()


def page():
    return f"{COUNT} errors\n"


class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(page().encode())


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    threading.Timer(3600, count).start()
    HTTPServer(("", 8000), Page).serve_forever()
