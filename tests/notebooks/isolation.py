"""Deny a child process the network: on Linux a network namespace that has nothing but loopback."""

import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys

SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1
LOOPBACK = b"lo"


def offline() -> list[str] | None:
    """Return what to put in front of a command; None where this machine cannot isolate one."""
    if sys.platform != "linux" or shutil.which("unshare") is None:
        return None
    account = [] if os.geteuid() == 0 else ["--user", "--map-current-user", "--keep-caps"]
    command = ["unshare", "--net", *account, sys.executable, __file__]
    return command if subprocess.run([*command, "true"], capture_output=True).returncode == 0 else None


def raise_loopback() -> None:
    """Bring `lo` up, as a new namespace has it down. Source: netdevice(7)."""
    with socket.socket() as any_socket:
        request = struct.pack("16sh14x", LOOPBACK, 0)
        _, flags = struct.unpack("16sh14x", fcntl.ioctl(any_socket, SIOCGIFFLAGS, request))
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", LOOPBACK, flags | IFF_UP))


if __name__ == "__main__":
    raise_loopback()
    os.execvp(sys.argv[1], sys.argv[1:])
