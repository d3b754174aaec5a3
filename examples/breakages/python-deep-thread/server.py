import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer

sys.setrecursionlimit(50_000)


def depth(text):
    return 1 + depth(text[1:-1]) if text.startswith(b"(") else 0


def read(upload):
    with ThreadPoolExecutor() as pool:
        return pool.submit(depth, upload).result()


def page():
    return "upload a formula\n"


class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(page().encode())

    def do_POST(self):
        read(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(204)
        self.end_headers()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    HTTPServer(("", 8000), Page).serve_forever()
