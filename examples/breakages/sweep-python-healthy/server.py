import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

import yaml
from markupsafe import escape


def page(text: str) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in yaml.safe_load(text))


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = page("- one & two").encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    HTTPServer(("", 8000), Handler).serve_forever()
