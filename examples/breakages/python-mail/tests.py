import unittest

import server


class MailCase(unittest.TestCase):
    def test_mail_never_stops_the_app(self):
        self.assertIsNone(server.tell("tester", "hello"))
