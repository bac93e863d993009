package detectors

// Run-length tables, printed on 2026-11-23 by
//
//	go run ./detectors/tables
//
// with 3000 series of 4000 normal values a setting for run lengths of 100 and 1000, and 300 series of 150,000 (200 of
// 100,000 for the tables of normal scores) for longer ones, each on a baseline of its own, once frozen and once
// rolling; the larger level counts. The levels up to 1e5 readings are good to about 2 % of the statistic, those at 1e6
// rest on 20 to 45 alarms and are good to about 4 %.

// zmeanTable holds squared standard errors, for a baseline of 500 values.
var zmeanTable = runLengthTable{
	windows: []int{6, 12, 24, 48, 96}, arl0: []float64{100, 1000, 10000, 100000, 1e+06}, level: [][]float64{
		{5.658, 10.45, 15.06, 19.81, 24.9},  // 6
		{4.84, 9.664, 14.52, 19.33, 24.92},  // 12
		{3.937, 8.733, 13.69, 18.92, 24.2},  // 24
		{2.95, 7.713, 12.98, 18.66, 24.76},  // 48
		{2.086, 6.541, 12.51, 18.46, 24.85}, // 96
	},
}

// psiTable holds the index divided by (1/W + 1/500), for 10 bins; no change alone would give chi-square with 9
// degrees of freedom.
var psiTable = runLengthTable{
	windows: []int{50, 100, 200, 500}, arl0: []float64{100, 1000, 10000, 100000, 1e+06}, level: [][]float64{
		{14.39, 22.06, 28.9, 34.67, 40.07},  // 50
		{12.05, 20.01, 28.86, 37.83, 44.5},  // 100
		{10.01, 17.09, 24.72, 32.34, 39.74}, // 200
		{7.39, 12.97, 18.19, 24.68, 32.97},  // 500
	},
}

// ksTables hold λ² = D² m W/(m+W), by the size m of the reference.
var ksTables = []ksTable{
	{m: 50, runLengthTable: runLengthTable{
		windows: []int{50, 100, 200, 500}, arl0: []float64{100, 1000, 10000, 100000, 1e+06}, level: [][]float64{
			{0.9025, 1.823, 2.723, 3.803, 5.063}, // 50
			{0.8008, 1.401, 1.841, 2.901, 4.441}, // 100
			{0.5523, 1.19, 1.98, 2.862, 3.66},    // 200
			{0.3931, 1.456, 2.384, 3.338, 4.34},  // 500
		},
	}},
	{m: 200, runLengthTable: runLengthTable{
		windows: []int{50, 100, 200, 500}, arl0: []float64{100, 1000, 10000, 100000, 1e+06}, level: [][]float64{
			{1.332, 2.45, 3.66, 4.97, 5.852},     // 50
			{1, 1.984, 3.154, 4.25, 5.51},        // 100
			{0.7656, 1.501, 2.326, 3.516, 4.731}, // 200
			{0.5403, 1.02, 1.53, 2.286, 3.499},   // 500
		},
	}},
	{m: 500, runLengthTable: runLengthTable{
		windows: []int{50, 100, 200, 500}, arl0: []float64{100, 1000, 10000, 100000, 1e+06}, level: [][]float64{
			{1.424, 2.596, 3.902, 5.101, 6.189},  // 50
			{1.141, 2.214, 3.502, 4.76, 5.852},   // 100
			{0.9029, 1.808, 3.024, 4.251, 5.629}, // 200
			{0.6503, 1.26, 2.07, 3.192, 4.556},   // 500
		},
	}},
	{m: 2000, runLengthTable: runLengthTable{
		windows: []int{50, 100, 200, 500}, arl0: []float64{100, 1000, 10000, 100000, 1e+06}, level: [][]float64{
			{1.456, 2.665, 3.886, 5.145, 6.296},  // 50
			{1.211, 2.355, 3.594, 4.832, 6.084},  // 100
			{0.9756, 1.995, 3.253, 4.525, 6.006}, // 200
			{0.731, 1.501, 2.673, 3.94, 5.359},   // 500
		},
	}},
}

// ewmaTable holds squared SDs of the average, by the size of the baseline.
var ewmaTable = runLengthTable{
	windows: []int{50, 200, 500, 2000}, arl0: []float64{100, 1000, 10000, 100000, 1e+06}, level: [][]float64{
		{5.86, 12.5, 19.82, 26.9, 34.33},    // 50
		{5.178, 10.31, 15.64, 21.18, 26.57}, // 200
		{4.916, 9.719, 14.62, 19.3, 24.52},  // 500
		{4.827, 9.474, 14.21, 18.67, 23.46}, // 2000
	},
}

// cusumTable holds the logarithm of the likelihood ratio, which is h in SD of the plain chart of k = 0.5, by the size
// of the baseline.
var cusumTable = runLengthTable{
	windows: []int{50, 200, 500, 2000}, arl0: []float64{100, 1000, 10000, 100000, 1e+06}, level: [][]float64{
		{4.3, 7.636, 12.33, 18.45, 25.46},   // 50
		{3.901, 6.465, 9.701, 13.12, 16.96}, // 200
		{3.762, 6.186, 8.937, 11.67, 14.34}, // 500
		{3.7, 5.971, 8.538, 10.76, 13.48},   // 2000
	},
}

// crossingTable holds how many times more often than 1/ARL0 a single reading of an AR(1) series with correlation ρ may
// pass a limit that is first passed after ARL0 readings on average, by (1+ρ)/(1-ρ). It is computed, not simulated.
var crossingTable = runLengthTable{
	windows: []int{1, 2, 3, 6, 9, 19, 39, 99}, arl0: []float64{100, 1000, 10000, 100000, 1e+06, 1e+07, 1e+08}, level: [][]float64{
		{1.000, 1.000, 1.000, 1.000, 1.000, 1.000, 1.000},  // ρ = 0
		{1.039, 1.013, 1.004, 1.001, 1.000, 1.000, 1.000},  // ρ = 0.333
		{1.116, 1.049, 1.020, 1.008, 1.004, 1.002, 1.001},  // ρ = 0.5
		{1.419, 1.222, 1.122, 1.071, 1.043, 1.027, 1.017},  // ρ = 0.714
		{1.754, 1.432, 1.258, 1.166, 1.112, 1.078, 1.056},  // ρ = 0.8
		{2.906, 2.198, 1.773, 1.545, 1.407, 1.316, 1.251},  // ρ = 0.9
		{5.148, 3.835, 2.857, 2.344, 2.042, 1.842, 1.700},  // ρ = 0.95
		{10.875, 9.177, 6.279, 4.779, 3.943, 3.412, 3.041}, // ρ = 0.98
	},
}

// pairTable holds -ln p of a reading of an AR(1) series when two beyond the limit in a row come after ARL0 readings on
// average, by (1+ρ)/(1-ρ). It is computed likewise.
var pairTable = runLengthTable{
	windows: []int{1, 2, 3, 6, 9, 19, 39, 99}, arl0: []float64{100, 1000, 10000, 100000, 1e+06, 1e+07, 1e+08}, level: [][]float64{
		{2.253, 3.438, 4.600, 5.755, 6.907, 8.059, 9.210},    // ρ = 0
		{2.517, 4.041, 5.560, 7.075, 8.589, 10.103, 11.620},  // ρ = 0.333
		{2.770, 4.511, 6.228, 7.933, 9.634, 11.335, 13.037},  // ρ = 0.5
		{3.036, 5.074, 7.073, 9.047, 11.008, 12.963, 14.914}, // ρ = 0.714
		{3.065, 5.242, 7.374, 9.470, 11.547, 13.614, 15.675}, // ρ = 0.8
		{2.900, 5.261, 7.586, 9.853, 12.087, 14.303, 16.507}, // ρ = 0.9
		{2.552, 4.995, 7.459, 9.844, 12.181, 14.491, 16.783}, // ρ = 0.95
		{1.987, 4.364, 6.958, 9.461, 11.893, 14.284, 16.649}, // ρ = 0.98
	},
}
