import unittest

import server


class SignCase(unittest.TestCase):
    def test_the_sign_names_the_half_of_the_day(self):
        self.assertEqual(server.opening(), "09 am")


class LicenceCase(unittest.TestCase):
    def test_the_licence_is_shown(self):
        self.assertIn("GNU GENERAL PUBLIC LICENSE", server.licence())
