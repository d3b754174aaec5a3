"""Work that goes on beside other work: while one waits for an application, another reads files."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager


@contextmanager
def beside() -> Iterator[ThreadPoolExecutor]:
    """Yield a pool for jobs; the context ends when they have.

    An exception does not wait for them. It leaves the engine too, whose end takes away whatever a
    job waits for.
    """
    pool = ThreadPoolExecutor(thread_name_prefix="beside")
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()
