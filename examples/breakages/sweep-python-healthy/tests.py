import unittest

from server import page


class Pages(unittest.TestCase):
    def test_text_is_escaped(self) -> None:
        self.assertEqual(page("- one & two"), "<p>one &amp; two</p>")
