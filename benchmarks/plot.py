"""The table of `bench.py` as a picture: `python plot.py FILE < rows.json`, by the Python that has matplotlib."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import matplotlib

OURS, PEERS = "#1f6f5c", "#b8b8b8"


def draw(rows: list[dict[str, float | str]], file: Path) -> None:
    matplotlib.use("svg")
    from matplotlib import pyplot

    matplotlib.rcParams["svg.hashsalt"] = "bench"  # the same rows give the same file
    names = [str(row["name"]) for row in rows]
    figure, axes = pyplot.subplots(figsize=(8, 0.6 + 0.45 * len(rows)), layout="constrained")
    colours = [OURS if name.startswith("ours") else PEERS for name in names]
    bars = axes.barh(names, [float(row["processor"]) for row in rows], color=colours)
    axes.bar_label(bars, fmt="{:,.0f}", padding=4)
    axes.invert_yaxis()
    axes.set_xlabel("microseconds of processor for one update (less is better); ours are on the disk, peers in memory")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(file, metadata={"Date": None})


if __name__ == "__main__":
    draw(json.load(sys.stdin), Path(sys.argv[1]))
