import sys
from pathlib import Path

HERE = Path(__file__).parents[1]
sys.path[:0] = [str(HERE), str(HERE / "methods")]  # worlds.py and writers.py, shared with other tests
