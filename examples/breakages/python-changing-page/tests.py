import unittest

import server


class PageCase(unittest.TestCase):
    def test_it_changes(self):
        self.assertNotEqual(server.page(), server.page())
