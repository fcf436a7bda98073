"""`python -m hwr_core.cli` is `hwr`."""

import sys

from hwr_core.cli import main

sys.exit(main())
