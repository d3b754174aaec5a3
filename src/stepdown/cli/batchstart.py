"""What Dask does in a worker's process before it gets work, also in one that follows a dead one."""


def dask_setup(_worker: object) -> None:
    """Put away what a worker that was killed left on this machine and on its engine."""
    from stepdown.cli import batchwork  # noqa: PLC0415  (the worker's keeper does not need it)

    batchwork.look()
