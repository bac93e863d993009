package detectors

// Run-length tables, printed on 2026-11-23 by
//
//	go run ./detectors/tables
//
// with 300 series of 150,000 normal values a setting (200 of 100,000 for the tables of normal scores), each on
// a baseline of its own, once frozen and once rolling; the larger level counts. The levels at 1e3 to 1e5
// records are good to about 2 % of the statistic, those at 1e6 rest on 20 to 45 alarms and are good to about
// 4 %.

// zmeanTable holds squared standard errors, for a baseline of 500 values.
var zmeanTable = runLengthTable{
	windows: []int{6, 12, 24, 48, 96}, arl0: []float64{1000, 10000, 100000, 1e+06}, level: [][]float64{
		{10.46, 15.06, 19.81, 24.9},  // 6
		{9.342, 14.52, 19.33, 24.92}, // 12
		{8.621, 13.69, 18.92, 24.2},  // 24
		{7.753, 12.98, 18.66, 24.76}, // 48
		{6.929, 12.51, 18.46, 24.85}, // 96
	},
}

// psiTable holds the index divided by (1/W + 1/500), for 10 bins; no change alone would give chi-square with 9
// degrees of freedom.
var psiTable = runLengthTable{
	windows: []int{50, 100, 200, 500}, arl0: []float64{1000, 10000, 100000, 1e+06}, level: [][]float64{
		{22.4, 28.9, 34.67, 40.07},   // 50
		{19.89, 28.86, 37.83, 44.5},  // 100
		{17.01, 24.72, 32.34, 39.74}, // 200
		{12.59, 18.19, 24.68, 32.97}, // 500
	},
}

// ksTables hold λ² = D² m W/(m+W), by the size m of the reference.
var ksTables = []ksTable{
	{m: 200, runLengthTable: runLengthTable{
		windows: []int{50, 100, 200, 500}, arl0: []float64{1000, 10000, 100000, 1e+06}, level: [][]float64{
			{2.45, 3.66, 4.97, 5.852},    // 50
			{1.984, 3.154, 4.25, 5.51},   // 100
			{1.381, 2.326, 3.516, 4.731}, // 200
			{0.9723, 1.53, 2.286, 3.499}, // 500
		},
	}},
	{m: 500, runLengthTable: runLengthTable{
		windows: []int{50, 100, 200, 500}, arl0: []float64{1000, 10000, 100000, 1e+06}, level: [][]float64{
			{2.596, 3.902, 5.101, 6.189}, // 50
			{2.269, 3.502, 4.76, 5.852},  // 100
			{1.776, 3.024, 4.251, 5.629}, // 200
			{1.26, 2.07, 3.192, 4.556},   // 500
		},
	}},
	{m: 2000, runLengthTable: runLengthTable{
		windows: []int{50, 100, 200, 500}, arl0: []float64{1000, 10000, 100000, 1e+06}, level: [][]float64{
			{2.643, 3.886, 5.145, 6.296}, // 50
			{2.34, 3.594, 4.832, 6.084},  // 100
			{2.014, 3.253, 4.525, 6.006}, // 200
			{1.476, 2.673, 3.94, 5.359},  // 500
		},
	}},
}

// ewmaTable holds squared SDs of the average, by the size of the baseline.
var ewmaTable = runLengthTable{
	windows: []int{50, 200, 500, 2000}, arl0: []float64{1000, 10000, 100000, 1e+06}, level: [][]float64{
		{12.55, 19.82, 26.9, 34.33}, // 50
		{10.2, 15.64, 21.18, 26.57}, // 200
		{9.599, 14.62, 19.3, 24.52}, // 500
		{9.28, 14.21, 18.67, 23.46}, // 2000
	},
}

// cusumTable holds h in SD, by the size of the baseline.
var cusumTable = runLengthTable{
	windows: []int{50, 200, 500, 2000}, arl0: []float64{1000, 10000, 100000, 1e+06}, level: [][]float64{
		{7.268, 11.59, 17.11, 23.76}, // 50
		{6.097, 8.939, 12.02, 15.16}, // 200
		{5.954, 8.369, 10.89, 13.5},  // 500
		{5.765, 8.072, 10.36, 12.69}, // 2000
	},
}
