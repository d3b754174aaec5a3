import signal
import sys
import datetime
import multiprocessing
import subprocess
import zoneinfo
from http.server import BaseHTTPRequestHandler, HTTPServer

def double(number):
    return 2 * number


def page():
    with multiprocessing.Pool(2) as pool:
        numbers = pool.map(double, [1, 2])
    said = subprocess.run([sys.executable, "-c", "print(7)"], capture_output=True, text=True).stdout
    zone = zoneinfo.ZoneInfo("Europe/Berlin")
    hour = datetime.datetime(2026, 7, 1, 12, tzinfo=zone).utcoffset()
    return f"{numbers} {said.strip()} {hour}\n"


class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(page().encode())


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    HTTPServer(("", 8000), Page).serve_forever()
