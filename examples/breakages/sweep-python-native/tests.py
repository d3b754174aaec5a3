import unittest

from server import packed


class Packing(unittest.TestCase):
    def test_a_string_has_its_tag_and_length_in_front(self) -> None:
        self.assertEqual(packed("hello"), b"\n\x05hello")
