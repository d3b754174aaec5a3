"""A program that is kept running until this process is told to stop."""

import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from types import FrameType

_USAGE = 2
_STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_LOOK_SECONDS = 0.5


def kept(
    command: Sequence[str], env: Mapping[str, str], *, pause: float = 2, polite: float = 20
) -> int:
    """Run a program, again after `pause` seconds whenever it ends by itself.

    SIGTERM, SIGINT and SIGHUP go to it as SIGTERM, and its end is the end then; the code is 0. One
    that does not end within `polite` seconds, or when asked twice, is killed. The end is also where
    it does not take its command line.
    """
    running: list[subprocess.Popen[bytes]] = []
    told: list[float] = []

    def stop(_number: int, _frame: FrameType | None) -> None:
        told.append(time.monotonic())
        for one in running:
            one.kill() if len(told) > 1 else one.terminate()

    # A signal that is ignored stays ignored (nohup).
    heard = [number for number in _STOPS if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, stop) for number in heard}
    try:
        while not told:
            running[:] = [subprocess.Popen(command, env=dict(env))]  # noqa: S603
            if told:  # the signal came while it was started
                running[0].terminate()
            if _ended(running[0], told, polite) == _USAGE and not told:
                return _USAGE
            time.sleep(0 if told else pause)
        return 0
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ended(process: subprocess.Popen[bytes], told: Sequence[float], polite: float) -> int:
    """Wait for the end of a program, for so long once it was told to."""
    while True:
        try:
            return process.wait(_LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            if told and time.monotonic() - told[0] > polite:
                process.kill()
