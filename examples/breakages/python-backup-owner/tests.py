import tempfile
import unittest
from pathlib import Path

import server


class ExportCase(unittest.TestCase):
    def test_the_export_has_an_owner(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(server.export(Path(folder, "export.csv")), "backup")
