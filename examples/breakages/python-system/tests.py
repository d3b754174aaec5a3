import unittest

import server


class TidyCase(unittest.TestCase):
    def test_it_can_be_called_twice(self):
        server.tidy()
        server.tidy()
