"""The `contract` check: what the image promises to whoever runs it.

Ports, volumes, working directory, stop signal and health check must survive, whoever set them.
Variables and labels of the old base (NODE_VERSION and the like) are reported when they are gone,
but are no failure: the Dockerfile's own ENV and LABEL lines are not touched by a rewrite.
"""

from stepdown.model.image import ImageConfig
from stepdown.model.trial import CheckRun, CheckState

NAME = "contract"
_OURS = "stepdown."


def check(config: ImageConfig, baseline: ImageConfig) -> CheckRun:
    """Compare `config` with the `baseline`'s. Pass the same twice to describe the baseline."""
    broken, notes = tuple(_broken(baseline, config)), tuple(_notes(baseline, config))
    summary = "; ".join(broken or notes) or "entrypoint, user, ports and the rest are unchanged"
    return CheckRun(
        check=NAME,
        state=CheckState.FAILED if broken else CheckState.PASSED,
        summary=summary,
    )


def _broken(before: ImageConfig, after: ImageConfig) -> list[str]:
    lost = [
        f"{what} {', '.join(gone)} lost"
        for what, gone in (
            ("port", _gone(before.ports, after.ports)),
            ("volume", _gone(before.volumes, after.volumes)),
        )
        if gone
    ]
    if _folder(before) != _folder(after):
        lost.append(f"working directory {_folder(before)} became {_folder(after)}")
    if before.healthcheck and not after.healthcheck:
        lost.append("HEALTHCHECK lost")
    if _signal(before) != _signal(after):
        lost.append(f"stop signal {_signal(before)} became {_signal(after)}")
    return lost


def _notes(before: ImageConfig, after: ImageConfig) -> list[str]:
    notes = []
    gone = _gone(tuple(n for n, _ in before.env), tuple(n for n, _ in after.env))
    if gone:
        notes.append(f"the old base's variables {', '.join(gone)} are gone")
    labels = _gone(_labels(before), _labels(after))
    if labels:
        notes.append(f"the old base's labels {', '.join(labels)} are gone")
    if (before.user or "root") != (after.user or "root"):
        notes.append(f"user {before.user or 'root'} became {after.user or 'root'}")
    if before.entrypoint + before.cmd != after.entrypoint + after.cmd:
        notes.append(
            f"starts `{' '.join(after.entrypoint + after.cmd)}`"
            f" instead of `{' '.join(before.entrypoint + before.cmd)}`"
        )
    return notes


def _gone(before: tuple[str, ...], after: tuple[str, ...]) -> list[str]:
    return sorted(set(before) - set(after))


def _labels(config: ImageConfig) -> tuple[str, ...]:
    return tuple(f"{k}={v}" for k, v in config.labels if not k.startswith(_OURS))


def _folder(config: ImageConfig) -> str:
    return config.workdir or "/"


def _signal(config: ImageConfig) -> str:
    return (config.stop_signal or "SIGTERM").removeprefix("SIG")
