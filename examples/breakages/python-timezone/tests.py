import unittest

import server


class TimeCase(unittest.TestCase):
    def test_summer_in_berlin(self):
        self.assertEqual(server.page(), "14:00 CEST\n")
