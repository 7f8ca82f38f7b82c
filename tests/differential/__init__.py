"""The same tokens, keys and policies for lowwater and for other libraries: who accepts what, and why not.

Every answer that differs from lowwater's must be explained by a rule of `refusals` or `acceptances`.
"""

from pathlib import Path

ROOT = Path(__file__).parents[2]
WORK = ROOT / "target" / "differential"
