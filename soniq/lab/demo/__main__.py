"""`python -m soniq.lab.demo [--json]`."""

import sys

from soniq.lab.demo.show import main

sys.exit(main(as_json="--json" in sys.argv[1:]))
