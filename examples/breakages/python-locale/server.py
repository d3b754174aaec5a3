import locale
import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

NAMES = ["Zander", "äpfel", "Birne", "apfel", "Öl", "Ofen"]


def in_order():
    """The names as a German reader expects them."""
    return sorted(NAMES, key=locale.strxfrm)


def page():
    return "\n".join(in_order()) + "\n"


locale.setlocale(locale.LC_ALL, "")


class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(page().encode())


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    HTTPServer(("", 8000), Page).serve_forever()
