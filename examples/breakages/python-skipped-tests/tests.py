import shutil
import subprocess
import unittest


class ToolCase(unittest.TestCase):
    def test_it_adds(self):
        self.assertEqual(1 + 1, 2)

    @unittest.skipUnless(shutil.which("curl"), "needs curl")
    def test_curl_answers(self):
        self.assertIn(b"curl ", subprocess.check_output(["curl", "--version"]))
