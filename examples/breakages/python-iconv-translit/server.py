import signal
import sys
import subprocess
from http.server import BaseHTTPRequestHandler, HTTPServer

NAMES = ["Zürich", "Łódź", "Málaga"]


def plain(name):
    command = ["iconv", "-f", "UTF-8", "-t", "ASCII//TRANSLIT"]
    return subprocess.run(command, input=name.encode(), capture_output=True).stdout.decode()


def page():
    return "".join(plain(name) + "\n" for name in NAMES)


class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(page().encode())


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    HTTPServer(("", 8000), Page).serve_forever()
