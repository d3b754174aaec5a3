"""What Dask does in a worker's process before it gets work, also in one that follows a dead one."""

import asyncio
import sys

PAUSE = 5.0
"""Seconds after which an engine that does not answer is asked again."""


async def dask_setup(_worker: object) -> None:
    """Put away what a worker that was killed left; wait for the engine, without which none can."""
    told = False
    while not await asyncio.to_thread(_has_engine):
        if not told:
            sys.stderr.write(_WAITS)
            sys.stderr.flush()
            told = True
        await asyncio.sleep(PAUSE)


_WAITS = (
    "This machine's container engine does not answer: the worker waits for it, and joins then."
    " `stepdown doctor` says what is wrong.\n"
)


def _has_engine() -> bool:
    import msgspec  # noqa: PLC0415  (the worker's keeper does not need it)

    from stepdown.adapters.dask import Seen  # noqa: PLC0415
    from stepdown.cli import batchwork  # noqa: PLC0415

    return bool(msgspec.json.decode(batchwork.look(), type=Seen).engine)
