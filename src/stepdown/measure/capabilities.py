"""File capabilities as words (capabilities(7); struct vfs_cap_data of linux/capability.h)."""

import struct

_NAMES = """
chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable
net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio
sys_chroot sys_ptrace sys_pacct sys_admin sys_boot sys_nice sys_resource sys_time sys_tty_config
mknod lease audit_write audit_control setfcap mac_override mac_admin syslog wake_alarm
block_suspend audit_read perfmon bpf checkpoint_restore
""".split()  # noqa: SIM905  (one name a line would be 41 lines)
_SMALLEST = 12


def words(attribute: bytes) -> str:
    """Return the permitted capabilities, like `net_raw,net_admin`; `unreadable` if malformed."""
    if len(attribute) < _SMALLEST:
        return "unreadable"
    _, low, _, high, _ = struct.unpack_from("<5I", attribute.ljust(20, b"\0"))
    bits = high << 32 | low
    numbers = (number for number in range(bits.bit_length()) if bits >> number & 1)
    return ",".join(_NAMES[n] if n < len(_NAMES) else f"capability-{n}" for n in numbers)
