import signal
import sys
import sqlite3
from http.server import BaseHTTPRequestHandler, HTTPServer


def alike(name):
    names = sqlite3.connect(":memory:")
    names.execute("CREATE TABLE people (name TEXT)")
    names.execute("INSERT INTO people VALUES ('Meyer')")
    return names.execute(
        "SELECT count(*) FROM people WHERE soundex(name) = soundex(?)", (name,)
    ).fetchone()[0]


class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer("hello\n")

    def do_POST(self):
        self.answer(f"{alike("Maier")}\n")

    def answer(self, text):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(text.encode())


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    HTTPServer(("", 8000), Page).serve_forever()
