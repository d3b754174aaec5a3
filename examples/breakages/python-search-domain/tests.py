import socket
import struct
import threading
import unittest

import server

ADDRESSES = 1


def answer(query):
    """Answer as the name server of good.test: it knows `shop.inner.good.test` and nothing else."""
    end = query.index(b"\0", 12)
    name, kind = query[12 : end + 1], query[end + 1 : end + 3]
    known = name == b"\x04shop\x05inner\x04good\x04test\0"
    count = ADDRESSES if known and kind == b"\0\x01" else 0
    code = 0x8180 if known else 0x8183
    head = query[:2] + struct.pack(">HHHHH", code, 1, count, 0, 0)
    records = b"".join(
        b"\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04" + bytes((10, 0, 0, n)) for n in range(count)
    )
    return head + query[12 : end + 5] + records


def serve(door):
    while True:
        query, asker = door.recvfrom(4096)
        door.sendto(answer(query), asker)


class NameCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        door.bind(("127.0.0.1", 53))
        threading.Thread(target=serve, args=(door,), daemon=True).start()
        with open("/etc/resolv.conf", "w") as settings:
            settings.write("nameserver 127.0.0.1\nsearch good.test\n")

    def test_the_shop_is_found(self):
        self.assertEqual(server.addresses("shop.inner"), ["10.0.0.0"])
