"""What the files of the candidate lack that may explain a difference that no message explains."""

from stepdown.model.image import ImageConfig
from stepdown.model.recipe import Channel
from stepdown.model.trial import Message
from stepdown.rootfs.filesystem import RootFS

_ZONES = "/usr/share/zoneinfo"
_UTC = frozenset(("", "UTC", "UTC0", "Etc/UTC", "GMT"))


def hints(before: RootFS, after: RootFS, config: ImageConfig) -> tuple[Message, ...]:
    """Return sentences about the candidate `after`; `config` is its configuration.

    They are suspicions: something must already have gone wrong. A runtime may carry the data
    itself, as node does with time zones.
    """
    zone = dict(config.env).get("TZ", "").removeprefix(":")
    path = f"{_ZONES}/{zone}"
    if zone in _UTC or before.get(path) is None or after.get(path) is not None:
        return ()
    text = f"TZ is {zone}, and the candidate has no {path}, so that its local time is UTC."
    return (Message(channel=Channel.STATIC, text=text),)
