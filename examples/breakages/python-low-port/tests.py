import unittest

import server


class PageCase(unittest.TestCase):
    def test_it_says_hello(self):
        self.assertEqual(server.page(), "hello\n")
