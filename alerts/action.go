package alerts

import "labwatch/record"

// act is what to do first, in a few words and in one or two sentences. A shift of the mean is a systematic error
// (lots, calibration), a wider scatter or a single control a random one (bubble, clot, short sample); the order
// of steps is the usual one of quality-control practice (Westgard).
func (t *teller) act() (short, long string) {
	if t.Evidence.Statistic == StatAcknowledged {
		return "somebody has acknowledged it", "It is said again when it gets worse, and when it is over."
	}
	switch t.Rule {
	case RuleErrorCode:
		if t.Kind == record.Telemetry {
			return "check the sensor", "Look up the code in the device's manual; check the sensor, its cable and its " +
				"connection. Readings with an error code are not used."
		}
		return "check the analyser", "Look up the code in the analyser's manual and measure the sample again. " +
			"Readings with an error code are not used."
	case RuleLimit:
		return t.actLimit()
	case RuleCriticalValue:
		return "verify and notify", "Verify the result as your procedure asks, notify the responsible clinician at " +
			"once, and record who was told and when."
	case RuleSilent:
		return "check power, network and interface", "See whether the device runs; check power, network and " +
			"interface. Until it speaks again nothing watches it."
	case RuleQCFailed:
		return t.actControl()
	case "zmean", "ewma", "cusum":
		return t.actShift()
	case "zscore":
		return t.actSingle()
	case "ks", "psi":
		switch t.shape() {
		case shifted:
			return t.actShift()
		case wider:
			return "check precision", "A wider scatter is a random error: look for bubbles, clots, short samples and a " +
				"worn probe, and measure one sample several times."
		case narrower:
			return t.actStuck()
		}
		return t.actOther()
	case "stuck":
		return t.actStuck()
	case "iforest":
		return "compare its channels", "No channel need be wrong alone: look at all of them side by side, and at the " +
			"device's log, for what changed at " + t.clock(t.Evidence.FirstSeen) + "."
	}
	return t.actOther()
}

func (t *teller) actShift() (short, long string) {
	switch t.Kind {
	case record.Result:
		return "check calibration", "Run the " + t.subject + " controls on this device. If they have shifted too, check " +
			"reagent and calibrator lots and recalibrate; until then consider holding its results since " + t.start() + "."
	case record.Control:
		return "check calibration", "Measure a fresh vial. If the shift stays it is a systematic error: check control, " +
			"reagent and calibrator lots and recalibrate."
	}
	return "check calibration", "Compare " + t.subject + " with a reference instrument; recalibrate or replace the sensor, or " +
		"find what changed in the device."
}

func (t *teller) actStuck() (short, long string) {
	return "check for a stuck reading", "See whether the device repeats itself; check its sensor and its sampling."
}

func (t *teller) actSingle() (short, long string) {
	switch t.Kind {
	case record.Result:
		return "check the specimen", "Look at the specimen (clot, haemolysis, dilution) and at the controls before you " +
			"suspect the device."
	case record.Control:
		return t.actControl()
	}
	return "check the sensor", "See what the device itself shows, then compare with a reference instrument; check the " +
		"sensor and its calibration."
}

// actControl: the first failure may be chance in one measurement, the second is not.
func (t *teller) actControl() (short, long string) {
	if t.Evidence.Count > 1 {
		return "use a fresh vial, then recalibrate", "It failed again, so it is hardly a bubble or a clot: measure a fresh " +
			"vial, then check reagent and calibrator lots and recalibrate. Consider holding results since the last " +
			"control that passed."
	}
	return "rerun the control", "Measure the same vial once more (bubble, clot, short sample). If it fails again use a " +
		"fresh vial, then check lots and calibration. Consider holding results since the last control that passed."
}

func (t *teller) actLimit() (short, long string) {
	if t.Kind == record.Result {
		return "check the specimen", "Look at the specimen and at the " + t.subject + " controls; notify as your procedure asks."
	}
	long = "Compare with a second instrument. If it is true, secure the specimens and reagents that depend on it and note " +
		"how long it was outside, so far since " + t.clock(t.Evidence.FirstSeen) + "."
	if t.Severity == Critical {
		return "act now, secure what depends on it", long
	}
	return "confirm and correct", long
}

func (t *teller) actOther() (short, long string) {
	if t.Kind == record.Result {
		return "run the controls", "See whether the mix of patients or specimens changed; if not, run the " + t.subject +
			" controls."
	}
	return "look at the device", "Compare with the device's log for what changed at " + t.start() + "."
}

// afterwards is what remains to do when an alert is over.
func (t *teller) afterwards() string {
	from, to := t.start(), t.clock(t.At)
	switch {
	case t.Evidence.Statistic == StatReset:
		return "Check with a control that the calibration or the new lot has mended it."
	case t.Evidence.Statistic == StatOutlasted:
		return "If it is a fault, mend the sensor and calibrate it: nobody will be told of this level again."
	case t.Evidence.Statistic == StatAccepted:
		return "Until it is learned nothing but the plain rules watches it."
	case t.Evidence.Statistic == StatRolledBack:
		return "If it is still off that baseline, a new alert will say so within the next readings."
	case t.Evidence.Statistic == StatRetired:
		return "See that nothing relies on it any more; should it speak again, it is learned anew."
	case t.Rule == RuleCriticalValue:
		return "Tell whoever was notified that the result was corrected."
	case t.Rule == RuleSilent:
		return "See whether readings of this time are missing."
	case t.Rule == RuleQCFailed: // 42 CFR 493.1282(b)(2): all results since the last acceptable run
		return "Review the " + analyte(t.Alert) + " results since the last control that passed before " + from + "."
	case t.Kind == record.Result || t.Kind == record.Control:
		return "Review the " + analyte(t.Alert) + " results from " + from + " to " + to + " before you close it."
	case t.Rule == RuleLimit:
		return "Judge what the time outside, " + from + " to " + to + ", did to specimens and reagents; note the cause."
	}
	return "Note the cause."
}

// start is the earliest time that the evidence speaks of.
func (t *teller) start() string {
	at := t.Evidence.FirstSeen
	if since := t.Evidence.Since; since != 0 && (at == 0 || since < at) && t.Change != Resolved {
		at = since
	}
	if at == 0 {
		at = t.At
	}
	return t.clock(at)
}
