import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

from google.protobuf.wrappers_pb2 import StringValue


def packed(text: str) -> bytes:
    return StringValue(value=text).SerializeToString()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = packed("hello")
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    HTTPServer(("", 8000), Handler).serve_forever()
