import unittest

import server


class AdderCase(unittest.TestCase):
    def test_it_adds(self):
        self.assertEqual(server.page(), "2 and 3 make 5\n")
