import threading
import unittest
from http.server import ThreadingHTTPServer
from urllib.request import urlopen

from server import Hello


class HelloCase(unittest.TestCase):
    def test_it_says_hello(self):
        with ThreadingHTTPServer(("127.0.0.1", 0), Hello) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            with urlopen(f"http://127.0.0.1:{server.server_port}/") as response:
                self.assertEqual(response.read(), b"hello\n")
            server.shutdown()
