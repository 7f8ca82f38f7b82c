"""Builds what is measured, as its users get it, and tells what it is."""

import importlib.metadata
import json
import platform
import re
import subprocess
import sys
from pathlib import Path

from . import ROOT, TARGET

NODE = ROOT / "bench" / "node"
RUST = ROOT / "bench" / "rust"
WORKER = TARGET / "rust" / "release" / "worker"  # where bench/rust/.cargo says
PEERS = {
    "rust": ["aws-lc-rs", "jsonwebtoken", "ring"],
    "python": ["PyJWT", "joserfc", "authlib", "cryptography"],
    "node": ["fast-jwt", "jsonwebtoken", "jose"],
}


def run(*command: str | Path, where: Path = ROOT) -> None:
    subprocess.run(list(map(str, command)), cwd=where, check=True)


def rust() -> None:
    run("cargo", "build", "--quiet", "--locked", "--release", where=RUST)


def python() -> None:
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    wheels = TARGET / "wheels"
    for old in wheels.glob("*.whl"):
        old.unlink()
    run(*pip, "wheel", "--no-deps", "--wheel-dir", wheels, "./bindings/python")
    run(*pip, "install", "--force-reinstall", "--no-deps", *wheels.glob("*.whl"))


def packages(folder: Path) -> None:
    """What a lock file names, installed once."""
    wanted, installed = folder / "package-lock.json", folder / "node_modules" / "installed"
    if not installed.exists() or installed.read_bytes() != wanted.read_bytes():
        run("npm", "--silent", "ci", "--no-audit", "--no-fund", where=folder)
        installed.write_bytes(wanted.read_bytes())


def node() -> None:
    packages(NODE)
    run("node", "scripts/build.mjs", where=ROOT / "bindings" / "node")


def wasm() -> None:
    packages(ROOT / "bindings" / "wasm")
    run("node", "scripts/build.mjs", where=ROOT / "bindings" / "wasm")


BUILDS = {"rust": rust, "python": python, "node": node, "wasm": wasm}


def told(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout.strip()


def versions() -> dict[str, str]:
    """Compilers, interpreters and everyone who is measured."""
    lock = (RUST / "Cargo.lock").read_text()
    node = json.loads((NODE / "package-lock.json").read_text())["packages"]
    crates = dict(re.findall(r'name = "(.+)"\nversion = "(.+)"', lock))
    manifest = (ROOT / "Cargo.toml").read_text()
    commit = told("git", "rev-parse", "--short", "HEAD")
    found = {
        "lowwater": re.findall(r'^version = "(.+)"$', manifest, re.M)[0]
        + (f", commit {commit}" if commit else ""),
        "Rust": told("rustc", "--version").removeprefix("rustc "),
        "Python": platform.python_version(),
        "Node": told("node", "--version").removeprefix("v"),
    }
    found |= {f"{name} (Rust)": crates[name] for name in PEERS["rust"]}
    found |= {f"{name} (Python)": importlib.metadata.version(name) for name in PEERS["python"]}
    found |= {f"{name} (Node)": node[f"node_modules/{name}"]["version"] for name in PEERS["node"]}
    return found
