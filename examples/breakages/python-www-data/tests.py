import unittest

import server


class OwnerCase(unittest.TestCase):
    def test_uploads_have_an_owner(self):
        self.assertEqual(server.owner(), "www-data")
