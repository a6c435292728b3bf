import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # worlds.py, shared with the tests of the runner
