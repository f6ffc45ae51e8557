"""A small disk for one run: mounted for its processes alone, where the system lets us."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

MEGABYTES = 96


def continue_with_disk(folder: Path, again: list[str]) -> None:
    """Begin again, by this command, where a disk is mounted at `home`; come back where none can be."""
    home = folder / "home"
    home.mkdir(mode=0o700)
    unshare = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    mount = f'mount -t tmpfs -o size={MEGABYTES}m,mode=0700 chaos "$0"'
    if shutil.which("unshare") is None:
        return
    tried = subprocess.run([*unshare, "sh", "-ec", mount, str(home)], capture_output=True, check=False)
    if tried.returncode == 0:
        command = [*unshare, "sh", "-ec", f'{mount}; exec "$@"', str(home), sys.executable, *again]
        os.execvp("unshare", command)


def unmount(disk: Path) -> None:
    """Take it away, whoever still looks at it."""
    subprocess.run(["umount", "--lazy", str(disk)], check=False)
