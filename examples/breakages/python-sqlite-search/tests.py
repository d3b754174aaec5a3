import unittest

import server


class PageCase(unittest.TestCase):
    def test_there_is_a_page(self):
        self.assertTrue(server.Page)

    def test_a_word_is_found(self):
        self.assertEqual(server.found("page"), 1)
