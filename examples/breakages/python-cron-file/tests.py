import unittest

import job


class JobCase(unittest.TestCase):
    def test_total(self):
        self.assertEqual(job.total([1, 2]), 3)
