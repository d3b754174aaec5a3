import unittest

import server


class EscapeCase(unittest.TestCase):
    def test_markup_is_escaped(self):
        self.assertEqual(server.page(), "&lt;b&gt;\n")
