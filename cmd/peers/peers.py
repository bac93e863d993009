"""Times labwatch and the peers on the streams of a folder and prints a line each. See run.

    python peers.py FOLDER SECONDS_EACH

What is timed is the processor time, user and system, of the whole process, so that it does not matter what else the
machine does. Of a peer everything up to its 2049th record does not count. Of labwatch what eval takes on the same file
with no detector set does not. In the figure, therefore: what the detectors add, which is their scores, limits and
learning, the decision on each score with its standing, the steps of alerts and the budget shared between detectors. Not
in it: start and end, reading and parsing the file, the baseline of each channel learning each value, the pace of the
readings, the empty loop over detectors, and what eval keeps and sums up of a record; all this runs without detectors
too. Nor are Kafka, standardization and the daemon's output, which the peers do not have either. labwatch is run five
times both ways; the ratio is that of the middle run, and range is from the slowest to the fastest. Peers of one channel
see the first stream, the others the one of six. Parameters are those that each package gives or the ones labwatch has:
reference 500, window 100, 100 trees of 256.

The forest of scikit-learn learns nothing while it is timed, as labwatch's does. On one channel two lines are held to what
labwatch promises: 1000 times the records a second of the pipeline that judges each record, 20 times those of the one
that has its forest judge in batches. One that falls short ends the program with an error. On six channels the first is
nearer: a call of scikit-learn takes 3 to 5 ms, however many channels a record has.
"""
import os
import resource
import subprocess
import sys
import time
import warnings

import numpy

WARM, REFERENCE, WINDOW, BATCH = 2048, 500, 100, 1000
EDGES = numpy.linspace(0.1, 0.9, 9)


def psi(bins, share, window):
    counts = numpy.bincount(numpy.searchsorted(bins, window), minlength=10)
    now = (counts + 0.5) / (len(window) + 5)
    return float(numpy.sum((now - share) * numpy.log(now / share)))


def univariate(x):
    """z, KS and PSI of the newest value of one channel, tested on every record."""
    from scipy.stats import ks_2samp
    reference = x[:REFERENCE, 0]
    mean, sd = reference.mean(), reference.std(ddof=1)
    bins = numpy.quantile(reference, EDGES)
    share = (numpy.bincount(numpy.searchsorted(bins, reference), minlength=10) + 0.5) / (REFERENCE + 5)

    def step(i):
        window = x[i - WINDOW + 1:i + 1, 0]
        return abs(x[i, 0] - mean) / sd, ks_2samp(reference, window).statistic, psi(bins, share, window)
    return step


def forest(x):
    from sklearn.ensemble import IsolationForest
    return IsolationForest(n_estimators=100, max_samples=256, random_state=1).fit(x[:WARM])


def sklearn_each(x):
    fitted = forest(x)
    return lambda i: fitted.score_samples(x[i:i + 1])


def sklearn_batches(x):
    fitted = forest(x)
    return lambda i: fitted.score_samples(x[i:i + BATCH]) if (i - WARM) % BATCH == 0 else None


def pipeline(x, isolation):
    """What a script does that judges each record: z, KS and PSI of every channel, and the forest."""
    channels = [univariate(x[:, c:c + 1]) for c in range(x.shape[1])]

    def step(i):
        isolation_step(i)
        return [c(i) for c in channels]
    isolation_step = isolation(x)
    return step


def scipy_ks(x):
    from scipy.stats import ks_2samp
    return lambda i: ks_2samp(x[:REFERENCE, 0], x[i - WINDOW + 1:i + 1, 0]).pvalue


def river_trees(x):
    from river.anomaly import HalfSpaceTrees
    low, high = x[:WARM].min(axis=0), x[:WARM].max(axis=0)
    rows = [dict(enumerate(r)) for r in (x - low) / (high - low)]
    model = HalfSpaceTrees(seed=1)
    for r in rows[:WARM]:
        model.learn_one(r)

    def step(i):
        model.score_one(rows[i])
        model.learn_one(rows[i])
    return step


def river_drift(make):
    def prepare(x):
        model, values = make(), x[:, 0].tolist()
        for v in values[:WARM]:
            model.update(v)
        return lambda i: model.update(values[i])
    return prepare


def kswin():
    from river.drift import KSWIN
    return KSWIN(seed=1)


def adwin():
    from river.drift import ADWIN
    return ADWIN()


def cut_forest(x, trees=40, size=256):
    import rrcf
    numpy.random.seed(1)
    grown = [rrcf.RCTree() for _ in range(trees)]
    for i in range(WARM - size, WARM):
        for t in grown:
            t.insert_point(x[i], index=i)

    def step(i):
        score = 0.0
        for t in grown:
            t.forget_point(i - size)
            t.insert_point(x[i], index=i)
            score += t.codisp(i)
        return score / trees
    return step


PEERS = [
    ("scipy-ks_2samp", 1, scipy_ks),
    ("python-z-ks-psi", 1, univariate),
    ("river-KSWIN", 1, river_drift(kswin)),
    ("river-ADWIN", 1, river_drift(adwin)),
    ("river-HalfSpaceTrees", 6, river_trees),
    ("rrcf-40-trees", 6, cut_forest),
    ("sklearn-iforest-each", 6, sklearn_each),
    ("sklearn-iforest-batches-of-1000", 6, sklearn_batches),
    ("python-all-each", 1, lambda x: pipeline(x, sklearn_each)),
    ("python-all-forest-in-batches", 1, lambda x: pipeline(x, sklearn_batches)),
    ("python-all-each", 6, lambda x: pipeline(x, sklearn_each)),
    ("python-all-forest-in-batches", 6, lambda x: pipeline(x, sklearn_batches)),
]


PROMISED = {("python-all-each", 1): 1000, ("python-all-forest-in-batches", 1): 20}


def pace(step, records, seconds):
    begin, i = time.process_time(), WARM
    while i < records and time.process_time() - begin < seconds:
        for i in range(i, min(i + 10, records)):
            step(i)
        i += 1
    # A batch was paid for as a whole: count it as a whole.
    done = i - WARM
    return done, time.process_time() - begin


def whole(*command):
    """Processor time of a process from its start to its end, in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def labwatch(folder, channels, records):
    """Records a second of eval, by what all detectors add to it: five runs, the slowest first."""
    stream, none = os.path.join(folder, f"stream-{channels}.csv"), os.path.join(folder, "none.yaml")
    with open(none, "w", encoding="utf-8") as config:
        config.write("detectors: {results: [], qc: [], telemetry: [], groups: []}\n")
    judge = (os.path.join(folder, "labwatch"), "eval", "--stream", "--label", "label", stream)
    return sorted(records / (whole(*judge) - whole(*judge, "--config", none)) for _ in range(5))


def main():
    warnings.simplefilter("ignore")
    folder, seconds = sys.argv[1], float(sys.argv[2])
    streams, ours, short = {}, {}, []
    print("labwatch: what all detectors add to eval; parsing and baselines, which run without them too, are not counted")
    for channels in (1, 6):
        data = numpy.loadtxt(os.path.join(folder, f"stream-{channels}.csv"), delimiter=",", skiprows=1)
        streams[channels] = numpy.ascontiguousarray(data[:, :-1])
        ours[channels] = labwatch(folder, channels, len(data))
        slowest, _, middle, _, fastest = ours[channels]
        print(f"name=labwatch-all channels={channels} records_per_second={middle:.0f} ratio=1"
              f" range={slowest / middle:.2f}..{fastest / middle:.2f}", flush=True)
    for name, channels, prepare in PEERS:
        x = streams[channels]
        records = len(x)
        if "batches" in name:
            records = WARM + (len(x) - WARM) // BATCH * BATCH  # whole batches only
        done, took = pace(prepare(x), records, seconds)
        if "batches" in name:
            done = min(-(-done // BATCH) * BATCH, records - WARM)
        rate = done / took
        slowest, _, ratio, _, fastest = (run / rate for run in ours[channels])
        print(f"name={name} channels={channels} records_per_second={rate:.0f} ratio={ratio:.1f}"
              f" range={slowest:.1f}..{fastest:.1f} records={done}", flush=True)
        promised = PROMISED.get((name, channels), 0)
        if ratio < promised:
            short.append(f"{name}: {ratio:.1f} times, promised are {promised}")
    if short:
        sys.exit("\n".join(short))


if __name__ == "__main__":
    main()
