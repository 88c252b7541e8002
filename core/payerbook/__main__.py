"""`python -m payerbook` is the command `payerbook`."""

from __future__ import annotations

import sys

from payerbook.cli import main

sys.exit(main())
