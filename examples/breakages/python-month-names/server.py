import signal
import sys
import locale
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

locale.setlocale(locale.LC_ALL, "")


def page():
    return time.strftime("%d. %B %Y", time.gmtime(1_741_000_000)) + "\n"


class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(page().encode())


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    HTTPServer(("", 8000), Page).serve_forever()
