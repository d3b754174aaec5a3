import unittest

import server


class GitCase(unittest.TestCase):
    def test_git_answers(self):
        self.assertTrue(server.git().startswith(b"git version"))
