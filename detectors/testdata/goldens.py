"""Writes the golden files of the detectors' reference tests next to this script.

    python3 goldens.py

Needs numpy, scipy and scikit-learn. The versions used are in the header of each file. The numbers are
computed by those libraries, or by the few plain lines below that share nothing with the Go code.
"""
import json
import math
import os

import numpy
import scipy
import sklearn
from scipy import stats
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score

HERE = os.path.dirname(os.path.abspath(__file__))


def header(what):
    return {
        "what": what,
        "script": "goldens.py",
        "versions": {"numpy": numpy.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__},
    }


def write(name, what, **content):
    with open(os.path.join(HERE, name), "w") as f:
        json.dump({"header": header(what), **content}, f, indent=None, separators=(",", ":"))
        f.write("\n")


def draw(rng, kind, n, shift=0.0):
    x = rng.normal(100 + shift, 5, n)
    if kind == "untied":
        return [float(f"{v:.9g}") for v in x]
    if kind == "steps of 0.5":
        return [float(v) for v in numpy.round(x * 2) / 2]
    if kind == "integers of 5":
        return [float(v) for v in numpy.round(x / 5) * 5]
    if kind == "log-normal":
        return [float(f"{v:.9g}") for v in numpy.exp((x - 100) / 10)]
    raise ValueError(kind)


KINDS = ["untied", "steps of 0.5", "integers of 5", "log-normal"]


def ks():
    rng = numpy.random.default_rng(1)
    cases = []
    for kind in KINDS:
        for shift in (0.0, 2.0):
            ref, win = draw(rng, kind, 120, 0), draw(rng, kind, 50, shift)
            r = stats.ks_2samp(ref, win, method="exact")
            cases.append({"kind": kind, "reference": ref, "window": win, "d": r.statistic, "p": r.pvalue})
    ps = []
    for n1, n2, d in [(30, 30, 11 / 30), (30, 30, 13 / 30), (100, 500, 0.2), (100, 500, 0.234), (500, 500, 0.086),
                      (500, 500, 0.126), (7, 5, 0.6), (12, 17, 0.4), (100, 500, 0.05), (20, 20, 1.0)]:
        # A pair of samples without ties whose statistic is d is not needed: scipy's own function gives p.
        g = math.gcd(n1, n2)
        lcm = n1 // g * n2
        h = int(round(d * lcm))
        ok, dd, p = stats._stats_py._attempt_exact_2kssamp(n1, n2, g, h / lcm, "two-sided")
        assert ok
        ps.append({"n1": n1, "n2": n2, "d": dd, "exact": p,
                   "limit": stats.kstwobign.sf(dd * math.sqrt(n1 * n2 / (n1 + n2)))})
    lam = [{"lambda": x, "q": stats.kstwobign.sf(x)} for x in (0.1, 0.3, 0.45, 0.5, 0.55, 0.8, 1.0, 1.36, 2.0, 3.0)]
    write("ks.json", "two-sample Kolmogorov-Smirnov: scipy.stats.ks_2samp, exact p, limit distribution",
          samples=cases, pvalues=ps, limit=lam)


def psi_bins(ref, bins):
    levels = sorted(set(ref))
    if len(levels) < 20:
        return [(a + b) / 2 for a, b in zip(levels, levels[1:])]
    s = sorted(ref)
    edges = [s[math.ceil(i * len(s) / bins) - 1] for i in range(1, bins)]
    return [e for e in sorted(set(edges)) if e < s[-1]]


def psi_value(ref, win, bins):
    edges = psi_bins(ref, bins)
    n = len(edges) + 1

    def shares(xs):
        counts = [0] * n
        for x in xs:
            counts[sum(1 for e in edges if e < x)] += 1
        return [(c + 0.5) / (len(xs) + 0.5 * n) for c in counts]

    p, q = shares(ref), shares(win)
    return sum((b - a) * math.log(b / a) for a, b in zip(p, q)), n


def psi():
    rng = numpy.random.default_rng(2)
    cases = []
    for kind in KINDS:
        for shift in (0.0, 4.0):
            ref, win = draw(rng, kind, 120, 0), draw(rng, kind, 50, shift)
            value, n = psi_value(ref, win, 10)
            cases.append({"kind": kind, "reference": ref, "window": win, "psi": value, "bins": n})
    thresholds = [{"m": m, "n": n, "bins": b, "alpha": a, "x": (1 / m + 1 / n) * stats.chi2.isf(a, b - 1)}
                  for m, n, b, a in [(500, 100, 10, 0.05), (500, 100, 10, 1e-3), (500, 500, 20, 1e-6), (500, 50, 2, 1e-9)]]
    write("psi.json", "population stability index, plain Python; thresholds by scipy.stats.chi2",
          samples=cases, thresholds=thresholds)


def limits():
    rows = [{"p": p, "n": n, "z": math.sqrt(1 + 1 / n) * stats.t.isf(p / 2, n - 1)}
            for n in (5, 20, 100, 500, 5000) for p in (1e-2, 1e-3, 1e-5, 1e-8)]
    write("zscore.json", "two-sided prediction limits of one further normal value, scipy.stats.t", limits=rows)


def forest_sets():
    rng = numpy.random.default_rng(3)
    n, bad = 500, 40
    a = numpy.vstack([rng.multivariate_normal([0, 0, 0, 0], numpy.eye(4) * 0.5 + 0.5, n // 2),
                      rng.multivariate_normal([6, 4, 0, 2], numpy.eye(4), n // 2)])
    a = numpy.vstack([a, rng.uniform(-4, 10, (bad, 4))])
    b = numpy.column_stack([rng.poisson(3, n + bad), rng.integers(0, 3, n + bad), numpy.zeros(n + bad),
                            rng.binomial(20, 0.5, n + bad), rng.geometric(0.4, n + bad)]).astype(float)
    b[n:, 0] += rng.poisson(4, bad)
    b[n:, 4] += rng.poisson(2, bad)
    c = numpy.exp(rng.normal(0, 0.6, (n + bad, 8)))
    c[n:] *= numpy.exp(rng.normal(0, 0.5, (bad, 8)))
    y = [0] * n + [1] * bad
    for name, x in (("two clusters", a), ("counts with a constant column", b), ("skewed panel", c)):
        yield name, numpy.round(x, 3), y


def forest():
    sets = []
    for name, x, y in forest_sets():
        auc = [roc_auc_score(y, -IsolationForest(n_estimators=100, max_samples=256, random_state=s).fit(x).score_samples(x))
               for s in range(10)]
        sets.append({"name": name, "rows": x.tolist(), "labels": y,
                     "auc_mean": float(numpy.mean(auc)), "auc_sd": float(numpy.std(auc, ddof=1)), "seeds": len(auc)})
        print(name, numpy.mean(auc), numpy.std(auc, ddof=1))
    write("forest.json", "generated labelled sets and the AUC of sklearn.ensemble.IsolationForest, 100 trees of 256",
          sets=sets)


if __name__ == "__main__":
    ks()
    psi()
    limits()
    forest()
