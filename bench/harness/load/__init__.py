"""The example API under load: what a guard costs over HTTP, and what a killed process loses."""

from .. import TARGET

FOLDER = TARGET / "load"
RESULTS = TARGET / "load.json"
EXAMPLE = TARGET.parent / "release" / "lowwater-example-api"
