import shutil
import subprocess
import unittest


class ToolCase(unittest.TestCase):
    def test_it_adds(self):
        self.assertEqual(1 + 1, 2)

    @unittest.skipUnless(shutil.which("git"), "needs git")
    def test_git_answers(self):
        self.assertIn(b"git version", subprocess.check_output(["git", "--version"]))
