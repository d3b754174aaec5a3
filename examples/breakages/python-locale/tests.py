import unittest

import server


class OrderCase(unittest.TestCase):
    def test_every_name_is_listed(self):
        self.assertCountEqual(server.in_order(), server.NAMES)
