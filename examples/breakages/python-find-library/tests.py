import unittest

import server


class LengthCase(unittest.TestCase):
    def test_it_counts_bytes(self):
        self.assertEqual(server.length("stepdown"), 8)
