"""`skillevo` as `skillevo compare` starts it: it ends when the comparison does, however that ends.

    compare_child FILE ARGUMENTS...      FILE: where it says how far it is

The comparison holds the other end of standard input and never writes; the kernel closes it with the process.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path


def _end_with_the_comparison() -> None:
    os.read(0, 1)
    os._exit(1)  # as hard as a kill: runs survive that, and no cleaning up can hang


if __name__ == "__main__":
    threading.Thread(target=_end_with_the_comparison, daemon=True).start()
    from skillevo.harness.cli.beacon import report_to
    from skillevo.harness.cli.main import main

    report_to(Path(sys.argv.pop(1)))
    main()
