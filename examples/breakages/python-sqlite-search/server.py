import signal
import sys
import sqlite3
from http.server import BaseHTTPRequestHandler, HTTPServer


def found(word):
    pages = sqlite3.connect(":memory:")
    pages.execute("CREATE VIRTUAL TABLE pages USING fts5(text)")
    pages.execute("INSERT INTO pages VALUES ('a word in a page')")
    return pages.execute("SELECT count(*) FROM pages WHERE text MATCH ?", (word,)).fetchone()[0]


class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer("hello\n")

    def do_POST(self):
        self.answer(f"{found("word")}\n")

    def answer(self, text):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(text.encode())


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    HTTPServer(("", 8000), Page).serve_forever()
