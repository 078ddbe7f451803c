"""python3 -m run_test MODULE.CLASS.METHOD: as unittest does; exits with 77 where nothing failed and anything was skipped.

ctest asks the exit status alone whether a test was skipped: by its output, a skip would hide a failure beside it.
"""

import sys
import unittest

SKIPPED = 77

if __name__ == "__main__":
    done = unittest.main(module=None, exit=False).result
    sys.exit(1 if not done.wasSuccessful() or done.testsRun == 0 else SKIPPED if done.skipped else 0)
