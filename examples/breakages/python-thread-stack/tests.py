import unittest

import server


class DepthCase(unittest.TestCase):
    def test_deep_documents_are_read(self):
        self.assertTrue(server.readable("[" * 9000 + "]" * 9000))
