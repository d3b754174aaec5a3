import unittest

import server


class LicenceCase(unittest.TestCase):
    def test_the_licence_is_shown(self):
        self.assertIn("GNU GENERAL PUBLIC LICENSE", server.licence())
