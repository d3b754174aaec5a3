import signal
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


def tell(recipient, text):
    """Send a mail if that is possible."""
    try:
        subprocess.run(["/usr/local/sbin/sendmail", recipient], input=text.encode(), check=False)
    except OSError:
        pass


def page():
    tell("owner", "Somebody looked at the page.")
    return "hello\n"


class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(page().encode())


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    HTTPServer(("", 8000), Page).serve_forever()
