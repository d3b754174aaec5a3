"""A program that is kept running until this process is told to stop."""

import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from types import FrameType

_USAGE = 2
_STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def kept(command: Sequence[str], env: Mapping[str, str], *, pause: float = 2) -> int:
    """Run a program, again after `pause` seconds whenever it ends by itself.

    SIGTERM, SIGINT and SIGHUP go to it as SIGTERM, and its end is the end then; the code is 0. The
    end is also where it does not take its command line.
    """
    running: list[subprocess.Popen[bytes]] = []
    told: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        told.append(number)
        for one in running:
            one.terminate()

    before = {number: signal.signal(number, stop) for number in _STOPS}
    try:
        while not told:
            running[:] = [subprocess.Popen(command, env=dict(env))]  # noqa: S603
            if told:  # the signal came while it was started
                running[0].terminate()
            code = running[0].wait()
            if code == _USAGE and not told:
                return code
            time.sleep(0 if told else pause)
        return 0
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
