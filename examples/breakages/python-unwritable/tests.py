import unittest

import server


class VisitCase(unittest.TestCase):
    def test_visits_are_counted(self):
        self.assertEqual(server.visit() + 1, server.visit())
