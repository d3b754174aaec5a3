import unittest

import server


class KindCase(unittest.TestCase):
    def test_pictures_have_a_kind(self):
        self.assertEqual(server.kind("/cover.png"), "image/png")
