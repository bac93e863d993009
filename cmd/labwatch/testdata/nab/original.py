"""Scores random corpora with the benchmark's own sweeper, for TestNABAgainstOriginal.

    python3 original.py CHECKOUT < corpora.json

CHECKOUT holds nab/sweeper.py of github.com/numenta/NAB. Reads a list of corpora, each {"profile": [tp, fp, fn],
"files": [{"scores": [...], "windows": [[first, last], ...]}, ...]}, and writes the normalised score of each.
"""
import json
import sys

sys.path.insert(0, sys.argv[1])
from nab.sweeper import Sweeper  # noqa: E402

out = []
for corpus in json.load(sys.stdin):
    tp, fp, fn = corpus["profile"]
    sweeper = Sweeper(probationPercent=0.15, costMatrix={"tpWeight": tp, "fpWeight": fp, "fnWeight": fn})
    rows, windows = [], 0
    for i, f in enumerate(corpus["files"]):
        rows += sweeper.calcSweepScore(list(range(len(f["scores"]))), f["scores"], f["windows"], str(i))
        windows += len(f["windows"])
    by_threshold = sweeper.calcScoreByThreshold(rows)
    null = by_threshold[0].score
    out.append(100 * (max(t.score for t in by_threshold) - null) / (tp * windows - null))
json.dump(out, sys.stdout)
