# SPDX-License-Identifier: Apache-2.0
"""Draws the plots of measurement.md: `python docs/explanation/plots.py` (needs matplotlib).

Reads the recorded noise (bench/data) and what `bench_protocol --json` printed (docs/explanation/figures.jsonl); writes
docs/images/measurement_*.svg.
"""
import csv
import json
import pathlib
import statistics

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
IMAGES = ROOT / "docs/images"
QUIET, BUSY, OURS = "#4477aa", "#cc6677", "#228833"

plt.rcParams.update({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "svg.hashsalt": "paretune",
                     "figure.dpi": 100, "font.family": "DejaVu Sans"})


def recorded(machine):
    """Per process: lists of A's and B's times in microseconds."""
    processes = {}
    with open(ROOT / f"bench/data/noise_{machine}.csv", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            a, b = processes.setdefault(int(row["process"]), ([], []))
            a.append(int(row["a_ns"]) / 1e3)
            b.append(int(row["b_ns"]) / 1e3)
    return list(processes.values())


def figures():
    lines = (HERE / "figures.jsonl").read_text(encoding="utf-8").splitlines()
    return {line["figure"]: line["value"] for line in map(json.loads, lines)}


def save(figure, name):
    figure.tight_layout()
    figure.savefig(IMAGES / f"measurement_{name}.svg", metadata={"Date": None})
    plt.close(figure)


def draw_noise():
    """One process's runs in order, and the ratio of medians of every process."""
    figure, (runs, ratios) = plt.subplots(1, 2, figsize=(8, 2.8), width_ratios=[3, 2])
    for machine, colour in (("busy", BUSY), ("quiet", QUIET)):
        processes = recorded(machine)
        runs.plot(processes[0][0], color=colour, linewidth=0.7, label=machine)
        values = sorted(statistics.median(a) / statistics.median(b) for a, b in processes)
        ratios.plot(values, [(i + 0.5) / len(values) for i in range(len(values))], "o", color=colour, markersize=3)
    runs.set(xlabel="run", ylabel="µs", title="one candidate, 300 runs in one process")
    runs.legend(frameon=False)
    ratios.axvline(1, color="#bbbbbb", linewidth=0.8)
    ratios.set(xlabel="median A / median B", ylabel="share of processes", title="the same twice, by process")
    save(figure, "noise")


def draw_false_wins(values):
    rules = (("mean of 3,\nfaster wins", "naive_mean_of_3"), ("best of 50 medians,\ngain above 2 %", "naive_best_of_50"),
             ("fresh pairs,\nthis protocol", "false_wins_simulated"))
    figure, axes = plt.subplots(figsize=(8, 2.6))
    for offset, (machine, colour) in enumerate((("quiet", QUIET), ("busy", BUSY))):
        shares = [values[f"{name}_{machine}"] / (10 if name == "false_wins_simulated" else 1) for _, name in rules]
        places = [i + (offset - 0.5) * 0.36 for i in range(len(rules))]
        bars = axes.bar(places, shares, 0.34, color=colour, label=f"{machine} machine")
        axes.bar_label(bars, [f"{share:.3g} %" for share in shares], fontsize=8)
    axes.set_xticks(range(len(rules)), [title for title, _ in rules])
    axes.set(ylabel="% of nights with a false win", ylim=(0, 105), title="1,000 nights of 50 identical candidates")
    axes.legend(frameon=False)
    save(figure, "false_wins")


def draw_power(values):
    gains = (1, 2, 3, 5, 10, 20)
    figure, axes = plt.subplots(figsize=(8, 2.6))
    for machine, colour in (("quiet", QUIET), ("busy", BUSY)):
        axes.plot(range(len(gains)), [values[f"gain_of_{gain}_found_{machine}"] for gain in gains], "o-", color=colour,
                  label=f"{machine} machine")
    axes.set_xticks(range(len(gains)), [f"{gain} %" for gain in gains])
    axes.set(xlabel="true gain", ylabel="% found", ylim=(-3, 105),
             title="gains found with at most 480 pairs; the rest is inconclusive")
    axes.legend(frameon=False)
    save(figure, "power")


def main():
    values = figures()
    draw_noise()
    draw_false_wins(values)
    draw_power(values)


if __name__ == "__main__":
    main()
