"""Forges, one file each, behind the ports Forge and Directory; `opening` finds the right one."""
