"""Prints the AUC of scikit-learn's isolation forest beside labwatch's on the same tables. See run.

    python tabular.py BOARD FILE...

BOARD is what `labwatch eval --tabular FILE... --json BOARD` wrote. The forest is fitted to all rows and scores them
(transductive): raw features, 100 trees of 256, five seeds.
"""
import json
import sys

import numpy
import pandas
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score

SEEDS = 5

with open(sys.argv[1], encoding="utf-8") as f:
    board = json.load(f)
ours, theirs = [], []
for item, path in zip(board["sets"], sys.argv[2:]):
    table = pandas.read_csv(path)
    y = (table.pop("label") != 0).to_numpy()
    x = table.to_numpy(dtype=float)
    auc = [roc_auc_score(y, -IsolationForest(n_estimators=100, max_samples=min(256, len(x)), random_state=s).fit(x).score_samples(x))
           for s in range(SEEDS)]
    ours.append(item["auc"])
    theirs.append(numpy.mean(auc))
    online = next((r["prequential"] for r in item["rows"] if r["detector"] == "iforest"), None)
    print(f"set={item['name']} records={item['records']} labwatch_auc={ours[-1]:.4f} sklearn_auc={theirs[-1]:.4f}"
          f" sklearn_sd={numpy.std(auc, ddof=1):.4f} difference={ours[-1] - theirs[-1]:+.4f}"
          f" labwatch_prequential={'-' if online is None else format(online, '.4f')}", flush=True)
print(f"set=mean labwatch_auc={numpy.mean(ours):.4f} sklearn_auc={numpy.mean(theirs):.4f}"
      f" difference={numpy.mean(ours) - numpy.mean(theirs):+.4f}")
