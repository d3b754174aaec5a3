import unittest

import server


class CurlCase(unittest.TestCase):
    def test_curl_answers(self):
        self.assertTrue(server.curl().startswith(b"curl "))
