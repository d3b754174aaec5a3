import signal
import sys
import subprocess
from http.server import BaseHTTPRequestHandler, HTTPServer


def version(short):
    command = ["git", "--version"]
    if short:
        command.append("--build-options")
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except OSError:
        return "unknown"


class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer("hello\n")

    def do_POST(self):
        self.answer(f"{version(False)}\n")

    def answer(self, text):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(text.encode())


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    HTTPServer(("", 8000), Page).serve_forever()
