import signal
import sys
import shutil
from http.server import BaseHTTPRequestHandler, HTTPServer

def export(path):
    path.write_text("1;2;3\n")
    shutil.chown(path, user="backup")
    return path.owner()


def page():
    return "ready\n"


class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(page().encode())


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    HTTPServer(("", 8000), Page).serve_forever()
