import unittest

import server


class PageCase(unittest.TestCase):
    def test_there_is_a_page(self):
        self.assertTrue(server.page())
