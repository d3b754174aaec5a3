import unittest

import server


class SignCase(unittest.TestCase):
    """A test for each of the signs."""


def sign_test(hour):
    def test(self):
        self.assertRegex(server.opening(hour), "^[0-9]{2} [ap]m$")

    return test


for hour in range(30):
    setattr(SignCase, f"test_sign_{hour:02}", sign_test(hour))
