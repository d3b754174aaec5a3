import unittest

import server


class SignCase(unittest.TestCase):
    def test_the_page_is_a_sentence(self):
        self.assertTrue(server.page().startswith("We open at "))
