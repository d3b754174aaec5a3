import unittest

import server


class VisitCase(unittest.TestCase):
    def test_a_visit_counts(self):
        before = int(server.VISITS.read_text())
        server.page()
        self.assertEqual(int(server.VISITS.read_text()), before + 1)
