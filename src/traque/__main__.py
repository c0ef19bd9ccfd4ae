"""``python -m traque`` is the command ``traque``."""

import sys

from traque.cli.main import main

sys.exit(main())
