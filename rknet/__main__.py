"""``python -m rknet`` is the command ``rknet``."""

import sys

from rknet.study.cli import main

if __name__ == "__main__":
    sys.exit(main())
