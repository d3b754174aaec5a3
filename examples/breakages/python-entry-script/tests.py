import unittest

import server


class StartCase(unittest.TestCase):
    def test_the_start_is_known(self):
        self.assertTrue(server.started())
