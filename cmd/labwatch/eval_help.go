package main

// evalHelp is the long text of the command: what is measured, and by which rule.
const evalHelp = `Runs the detectors over labelled data and prints how well they tell anomalies from
normal records, always beside two rows that know nothing: "always alarm" and "random".
Quote no figure without them. Parameters are the daemon's and are never chosen per data
set; --config FILE judges your own.

Time-ordered data go the daemon's way: score, then decide, then the baseline learns, then
the detectors. Each column is a series with the telemetry panel of the config; the vector
of all columns is a group with the group panel. A breach, or an open alert, keeps a record
out of the baseline. A missing field (empty, NA, NULL, NaN) is no reading.

Rows of the scoreboard. A detector of series is scored by the greatest score/limit over the
columns, a detector of groups by its own score, "novelty" by its greatest. "combined" is the greatest score/limit over
all detectors, 1 being the level that alarms.

  AUC          chance that an anomalous record scores above a normal one, ties half; over
               the records for which the detector was ready; scored before it is learned
  F1, FAR, MAR at the detector's own limit: F1 of records, share of normal records in
               alarm, share of anomalous records missed
  F1@1%        F1 with the lowest threshold that alarms on at most 1 % of normal records;
               the detection delay is given there too, so that rows may be compared
  FOUND, DELAY runs of anomalous records with an alarm inside, and the median time from the
               start of the run to it
  FALSE/DAY    alerts opened outside such runs, a day of normal records, as the alert
               policy would open them; without times, for 1,000 normal records

--nab DIR        The Numenta Anomaly Benchmark's folders, or any part of them: DIR/data and
                 DIR/labels/combined_windows.json. Scores are the benchmark's own: sigmoid
                 windows, the first 15 % (750 records at most) on probation, one threshold
                 for the whole corpus that is best for the profile, 0 for a detector that
                 says nothing and 100 for a perfect one. Of a part of the corpus they are
                 not comparable with published figures, which are for the whole. NAB and its
                 LOW FP and LOW FN are of one score from 0 to 1: how rare what a detector says
                 is on this file so far, 1/2 being once in a hundred records, told once in 200
                 records, as alerts are. Of "combined" it is the one score that the daemon
                 publishes. RAW is of a detector's scores as they are, of "combined" of
                 score/limit. "random" shows what a score drawn by chance is worth in both
                 ways. Source: Lavin & Ahmad, Evaluating Real-Time Anomaly Detection
                 Algorithms, 2015.
--tabular FILE   Tables without order, columns of numbers and "label": AUC of an isolation
                 forest fitted to all rows (100 trees of 256), mean and SD over --seeds; and
                 prequential AUC of the online forest on seeded shuffles. Rows that lack a
                 number are left out, and counted.
--stream FILE    Tables in the order of time, with --label COLUMN. A label is true when it
                 is a number other than 0, or a word such as true, yes or anomaly. Each file
                 is a device of its own; with several, "all" pools their records.
                 With --changes N,N instead, known changes are looked for: each detector goes
                 alone and learns anew after each of its alarms, as after a confirmed change.
                 The first alarm from a change on finds it; all others are false.

Files are CSV with a header line; without one (all of the
first line are numbers) columns are f0, f1 and so on; gzip is unpacked. --json FILE writes an object with "sets",
a list whose items hold name, records, auc and records_per_second (null where undefined)
and the rows of the scoreboard. The same data, config and seed give the same figures, apart
from records_per_second, which is this machine's.`
