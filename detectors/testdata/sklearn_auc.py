"""Prints scikit-learn's isolation-forest AUC for each csv.gz of a folder: columns of features and `label`.

    python3 sklearn_auc.py DIR [SEEDS]

The forest is fitted to all rows and scores the same rows (transductive), raw features, 100 trees of 256.
Compare with `LABWATCH_TABULAR=DIR go test ./detectors -run TestTabularAUC -v`.
"""
import glob
import os
import sys

import numpy
import sklearn
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score

seeds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
print(f"scikit-learn {sklearn.__version__}, {seeds} seeds")
total = []
for path in sorted(glob.glob(os.path.join(sys.argv[1], "*.csv.gz"))):
    d = numpy.genfromtxt(path, delimiter=",", names=True)
    x = numpy.column_stack([d[c] for c in d.dtype.names if c != "label"])
    y = d["label"]
    auc = [roc_auc_score(y, -IsolationForest(n_estimators=100, max_samples=256, random_state=s).fit(x).score_samples(x))
           for s in range(seeds)]
    total.append(numpy.mean(auc))
    print(f"file={os.path.basename(path)} rows={len(y)} channels={x.shape[1]} auc={numpy.mean(auc):.4f} sd={numpy.std(auc, ddof=1):.4f}")
print(f"mean={numpy.mean(total):.4f}")
