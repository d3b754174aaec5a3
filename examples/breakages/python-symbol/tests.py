import unittest

import server


class GreetingCase(unittest.TestCase):
    def test_a_name_is_greeted(self):
        self.assertEqual(server.greeting("Eve"), "hello Eve")
