import unittest

import server


class SecretCase(unittest.TestCase):
    def test_words_are_not_stored_as_they_are(self):
        self.assertNotIn(b"apple", server.secret("apple"))
