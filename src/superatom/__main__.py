"""``python -m superatom`` is the command line."""

import sys

from superatom.app.cli import main

if __name__ == "__main__":
    sys.exit(main())
