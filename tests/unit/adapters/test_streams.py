"""Output in bounded memory, files as archives, answers as nouns."""

import base64
import io
import tarfile

import msgspec
import pytest

from stepdown.adapters.answers import ContainerAnswer, ImageAnswer, PathStat, State
from stepdown.adapters.archives import pack
from stepdown.adapters.export import whole_archive
from stepdown.adapters.streams import LIMIT, Tail, read_frames
from stepdown.errors import EngineError
from stepdown.model.image import ImageConfig
from stepdown.ports import ContainerState, File


def frame(number: int, content: bytes) -> bytes:
    return bytes([number, 0, 0, 0]) + len(content).to_bytes(4, "big") + content


def text_of(stream: bytes) -> str:
    tail = Tail()
    read_frames(io.BytesIO(stream), tail)
    return tail.text()


def test_frames_of_both_outputs_are_one_text() -> None:
    assert text_of(frame(1, b"out ") + frame(2, b"err ") + frame(1, b"out")) == "out err out"
    assert text_of(frame(1, "é".encode()[:1]) + frame(1, "é".encode()[1:])) == "é"
    assert text_of(b"") == ""


def test_a_stream_that_breaks_off_keeps_what_came() -> None:
    assert text_of(frame(1, b"whole ") + frame(1, b"half a frame")[:-7]) == "whole half "
    assert text_of(frame(1, b"whole") + b"\1\0\0") == "whole"


@pytest.mark.parametrize("piece", [1000, LIMIT - 1, LIMIT, LIMIT + 1, 5 * LIMIT])
def test_only_the_end_is_kept(piece: int) -> None:
    tail = Tail()
    for _ in range(3 * LIMIT // piece + 2):
        tail.add(b"x" * piece)
    tail.add(b"end")
    text = tail.text()
    assert (len(text), text[-4:], tail.truncated) == (LIMIT, "xend", True)


def test_what_just_fits_is_not_cut() -> None:
    tail = Tail()
    tail.add(b"a" * (LIMIT - 1))
    tail.add(b"b")
    assert (len(tail.text()), tail.truncated) == (LIMIT, False)


def test_archives_hold_no_folders() -> None:
    files = (
        File(path="/tmp/a b/é", content=b"1", mode=0o755),
        File(path="/" + "x" * 300, content=b""),
    )
    with tarfile.open(fileobj=io.BytesIO(pack(files))) as archive:
        members = archive.getmembers()
    assert [(member.name, member.mode, member.size) for member in members] == [
        ("tmp/a b/é", 0o755, 1),
        ("x" * 300, 0o644, 0),
    ]
    assert all((member.uid, member.gid) == (0, 0) for member in members)


def test_an_image_with_nothing_but_nulls() -> None:
    text = b'{"Id": "sha256:1", "Config": {"Cmd": null, "Env": null, "Labels": null}, "RootFS": {}}'
    assert msgspec.json.decode(text, type=ImageAnswer).noun() == ImageConfig(id="sha256:1")
    bare = b'{"Id": "sha256:1", "Config": null}'
    assert msgspec.json.decode(bare, type=ImageAnswer).noun() == ImageConfig(id="sha256:1")


def test_our_labels_are_left_out() -> None:
    text = b'{"Id": "1", "Config": {"Labels": {"stepdown.run": "x", "b": "2", "a": "1"}}}'
    assert msgspec.json.decode(text, type=ImageAnswer).noun().labels == (("a", "1"), ("b", "2"))


def state(text: str) -> ContainerState:
    return msgspec.json.decode(text, type=State).noun()


def test_states() -> None:
    assert state('{"Status": "running", "Running": true, "ExitCode": 0}').exit_code is None
    assert state('{"Status": "created", "ExitCode": 0}').exit_code is None
    assert state('{"Status": "created", "ExitCode": 127, "Error": "no"}').exit_code == 127
    assert state('{"Status": "exited", "ExitCode": 137, "OOMKilled": true}').out_of_memory
    health = '{"Status": "unhealthy", "Log": [{"ExitCode": -1, "Output": "no shell"}]}'
    seen = state(f'{{"Status": "running", "Running": true, "Health": {health}}}')
    assert (seen.health, seen.health_log) == ("unhealthy", ((-1, "no shell"),))
    assert state('{"Status": "running", "Health": {"Status": "none", "Log": null}}').health == ""


def test_a_container_that_has_ended_has_no_address() -> None:
    settings = b'{"Networks": {"bridge": {"IPAddress": ""}}}'
    text = b'{"State": {}, "Config": {}, "NetworkSettings": ' + settings + b"}"
    networks = msgspec.json.decode(text, type=ContainerAnswer).network_settings.networks
    assert networks is not None
    assert networks["bridge"].ip_address == ""


def test_kinds_of_files() -> None:
    def is_file(mode: int) -> bool:
        header = base64.b64encode(f'{{"name": "x", "mode": {mode}, "linkTarget": ""}}'.encode())
        return msgspec.json.decode(base64.b64decode(header), type=PathStat).is_file

    assert is_file(0o644)
    assert is_file(0o755 | 1 << 23)  # setuid
    for bit in (31, 27, 26, 25, 24, 21, 19):
        assert not is_file(0o644 | 1 << bit), bit


def test_an_export_ends_with_the_end_of_an_archive() -> None:
    whole = pack((File(path="/x", content=b"1"),))
    assert b"".join(whole_archive([whole])) == whole
    pieces = (whole[at : at + 100] for at in range(0, len(whole), 100))
    assert b"".join(whole_archive(pieces)) == whole
    for part in (whole[:512], whole[:1024], b""):
        with pytest.raises(EngineError, match="broke off"):
            list(whole_archive([part]))
