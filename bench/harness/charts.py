"""A few charts as SVG, legible on a light and on a dark page: no background, text and lines of a middle grey."""

from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
from matplotlib.axes import Axes

Found = dict[str, Any]

GREY, FAINT, OURS = "#7d838c", "#7d838c55", "#e8730c"
OWN = [OURS, "#c2410c", "#f0a35c"]
PEERS = ["#3d8fd1", "#3fa66b", "#a877d1", "#c2a21d", "#6b7f99"]
STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "lowwater",
    "font.family": "sans-serif",
    "font.size": 11,
    "text.color": GREY,
    "axes.edgecolor": GREY,
    "axes.labelcolor": GREY,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
}
ALGORITHMS = ["HS256", "RS256", "PS256", "ES256", "ES384", "EdDSA"]


def keep(figure: Any, path: Path) -> None:
    figure.savefig(
        path, transparent=True, bbox_inches="tight", metadata={"Date": None, "Creator": None}
    )
    plt.close(figure)


def peers(found: Found, path: Path) -> None:
    """One dot a contestant, one line an algorithm, one panel a language."""
    figure, panels = plt.subplots(1, 3, figsize=(11, 3.9), sharex=True, sharey=True)
    for panel, language in zip(panels, ("Rust", "Python", "Node"), strict=True):
        one_language(panel, found, language)
    panels[0].set_yticks(range(len(ALGORITHMS)), ALGORITHMS)
    panels[0].invert_yaxis()
    panels[1].set_xlabel(
        "microseconds for a token that is accepted (hollow: from a cache, the signature is not checked again)"
    )
    keep(figure, path)


def one_language(panel: Axes, found: Found, language: str) -> None:
    names = [
        name
        for name in found["groups"].get("ES256 accepted", {})
        if name.startswith(f"{language}: ") and "claims read" not in name
    ]
    # Ours last, on top of the others.
    ours = [name for name in names if name.split(": ")[1].startswith("lowwater")]
    others = [name for name in names if name not in ours and "alone" not in name]
    colours = dict(zip(others, PEERS, strict=False)) | dict(zip(ours, OWN, strict=False))
    for name in [*others, *ours]:
        dots = [
            (told[name]["median"] / 1000, line)
            for line, algorithm in enumerate(ALGORITHMS)
            if name in (told := found["groups"].get(f"{algorithm} accepted", {}))
        ]
        # Hollow: the signature is not checked again.
        remembers = "cache" in name or "memo" in name
        panel.scatter(
            [time for time, _ in dots],
            [line for _, line in dots],
            s=64 if name in ours else 36,
            facecolor="none" if remembers else colours[name],
            edgecolor=colours[name],
            linewidth=1.6,
            label=name.removeprefix(f"{language}: "),
            zorder=3,
        )
    panel.set_xscale("log")
    panel.xaxis.set_major_formatter("{x:g}")
    panel.grid(axis="y", color=FAINT, linewidth=0.8)
    panel.set_title(language, loc="left", color=GREY)
    panel.legend(loc="upper left", bbox_to_anchor=(-0.03, -0.2), fontsize=10, handletextpad=0.2)


def rules(found: Found, path: Path) -> None:
    told = found["groups"].get("rules")
    if not told:
        return
    figure, axes = plt.subplots(figsize=(7, 3.6))
    lines: dict[str, list[tuple[int, float]]] = {}
    for name, one in told.items():
        if name != "no rules":
            count, form, met = name.replace(" rules", "").rsplit(", ", 2)
            at = (int(count.replace(",", "")), one["median"] / 1000)
            lines.setdefault(f"{form}, {met}", []).append(at)
    for name, dots in lines.items():
        colour = OURS if name.startswith("live set") else PEERS[0]
        style = "--" if name.endswith("none") else "-"
        axes.plot(*zip(*dots, strict=True), style, marker="o", color=colour, label=name)
    none = told["no rules"]["median"] / 1000
    axes.axhline(none, color=GREY, linestyle=":", label="no rules")
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.set_ylim(bottom=0)
    axes.grid(axis="y", color=FAINT, linewidth=0.8)
    axes.set_xlabel("rules")
    axes.set_ylabel("microseconds, HS256")
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize=10)
    keep(figure, path)


def rejection(found: Found, path: Path) -> None:
    """Times a good token of the same algorithm."""
    told = found["groups"].get("rejection")
    if not told:
        return
    good = {name.partition(":")[0]: one["median"] for name, one in told.items() if "a good" in name}
    bars = sorted(
        (one["median"] / good[name.partition(":")[0]], name.removeprefix("HS256: "))
        for name, one in told.items()
        if "a good" not in name and "signed:" not in name
    )
    figure, axes = plt.subplots(figsize=(7, 0.26 * len(bars)))
    axes.barh([name for _, name in bars], [ratio for ratio, _ in bars], color=PEERS[0], height=0.65)
    axes.axvline(1, color=OURS)
    axes.text(1, len(bars) - 0.2, " a good token", color=OURS, fontsize=9)
    axes.set_xlabel("times what a good token of the algorithm takes")
    axes.tick_params(axis="y", labelsize=9, length=0)
    axes.margins(y=0.01)
    keep(figure, path)


def draw(found: Found, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    with plt.rc_context(STYLE):
        peers(found, folder / "peers.svg")
        rules(found, folder / "rules.svg")
        rejection(found, folder / "rejection.svg")
