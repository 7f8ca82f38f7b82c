"""lowwater beside its peers: one run, everyone in turn, medians over many short rounds."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "target" / "bench"
FIXTURES = TARGET / "fixtures"
RESULTS = TARGET / "results.json"
