import unittest

import server


class PreviewCase(unittest.TestCase):
    def test_there_is_a_page(self):
        self.assertTrue(server.page())
