#!/usr/bin/env python3
"""Prints the medians of results/PEER.jsonl side by side, with Gotong's ratio to
the best of the others: table.py RESULTS PEER..."""
import json, os, statistics, sys

# What of each case goes into the table: its name, the key, the factor, the unit.
ROWS = {
    "write": [("writes", "rec_per_s", 1, "/s"), ("written", "write_B_per_rec", 1, "B/rec")],
    "cold": [("converged", "conv_s", 1, "s"), ("wire", "B_per_rec", 1, "B/rec"), ("receiver CPU", "Y.cpu_s", 1, "s"),
             ("receiver memory", "Y.peak_rss_MB", 1, "MB")],
    "heal": [("converged", "conv_s", 1, "s"), ("wire", "B_per_diff", 1, "B/diff")],
    "noop": [("in 1 s", "B_1s", 1, "B"), ("in 10 s", "B_10s", 1, "B"), ("then", "idle_B_per_min", 1, "B/min")],
    "lat": [("p50", "p50_ms", 1, "ms"), ("p95", "p95_ms", 1, "ms"), ("delivered", "share", 100, "%")],
    "upd": [("converged", "conv_s", 1, "s"), ("wire", "B_full_per_live_key", 1, "B/key")],
    "idle": [("memory", "idle_rss_MB", 1, "MB"), ("anonymous", "anon_MB", 1, "MB"), ("CPU", "idle_cpu_pct", 1, "% of a core"), ("start", "start_s", 1, "s")],
}
MORE_IS_BETTER = {"/s", "%"}


def value(result, key):
    if key == "share":
        return result["delivered"] / result["expected"]
    for part in key.split("."):
        result = result.get(part) if isinstance(result, dict) else None
    return result


def load(folder, peer):
    """The results of a peer by case name; those that did not finish are left out and counted."""
    results, failed = {}, {}
    path = os.path.join(folder, peer + ".jsonl")
    for line in open(path) if os.path.exists(path) else []:
        r = json.loads(line)
        if r.get("ok") is False:
            failed[r["name"]] = failed.get(r["name"], 0) + 1
        else:
            results.setdefault(r["name"], []).append(r)
    return results, failed


def median(results, key, factor):
    values = [v for v in (value(r, key) for r in results) if v is not None]
    return statistics.median(values) * factor if values else None


def shown(v):
    return "-" if v is None else f"{v:,.0f}" if v >= 1000 else f"{v:.3g}"


def ratio(mine, others, unit):
    others = [o for o in others if o is not None]
    if not others or not mine:
        return "-"
    best = max(others) if unit in MORE_IS_BETTER else min(others)
    return f"{mine / best:.2f}"


def main(folder, peers):
    loaded = {p: load(folder, p) for p in peers}
    names = sorted({n for results, failed in loaded.values() for n in (*results, *failed)})
    print("| case | what | unit | " + " | ".join(peers) + " | gotong / best other | runs | load |")
    print("|---|---|---|" + "---|" * (len(peers) + 3))
    for name in names:
        ran = [r for results, _ in loaded.values() for r in results.get(name, [])]
        if not ran:
            continue
        load1 = statistics.median(r["load1"] for r in ran)
        runs = "/".join(str(len(loaded[p][0].get(name, []))) for p in peers)
        for what, key, factor, unit in ROWS.get(ran[0]["case"], []):
            row = [median(loaded[p][0].get(name, []), key, factor) for p in peers]
            print(f"| {name} | {what} | {unit} | " + " | ".join(map(shown, row)) + f" | {ratio(row[0], row[1:], unit)} | {runs} | {load1:.1f} |")
    for p in peers:
        for name, times in sorted(loaded[p][1].items()):
            print(f"{name}: {p} did not finish in {times} of its runs", file=sys.stderr)


main(sys.argv[1], sys.argv[2:])
