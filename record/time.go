package record

import "time"

// Years outside this span are refused: before it nothing was a laboratory's reading, and int64 nanoseconds end
// in 2262.
const firstYear, lastYear = 1900, 2261

// ParseTime reads a timestamp as laboratories write it, as nanoseconds since 1970 UTC:
//   - RFC 3339, also with a blank for the T, without seconds, without zone, or the date alone;
//   - HL7 v2: YYYYMMDD[HH[MM[SS[.S]]]][±ZZZZ];
//   - a count since 1970 in seconds (9 or 10 digits, also with a fraction), milliseconds (13), microseconds
//     (16) or nanoseconds (19). 18 digits are refused: as nanoseconds they end in 2001, and what comes are counts
//     of 100 ns from another beginning, .NET's of the year 1 and Windows' of 1601.
//
// A text of ten digits alone is a count of seconds, not HL7's YYYYMMDDHH. A time without zone is taken in zone,
// and zoned is false; a date alone is its first moment. Digits beyond nanoseconds are cut.
func ParseTime(text string, zone *time.Location) (ns int64, zoned, ok bool) {
	s := fold(text)
	run := 0 // digits at the front
	for run < len(s) && s[run] >= '0' && s[run] <= '9' {
		run++
	}
	var c clock
	switch {
	case run == 4 && len(s) >= 10 && (s[4] == '-' || s[4] == '/') && s[7] == s[4]:
		s, ok = c.scanISO(s)
	case run == 8 || run == 12 || run == 14 || run == 10 && len(s) == 15 && (s[10] == '+' || s[10] == '-'):
		s, ok = c.scanCompact(s, run)
	default:
		ns, ok = parseCount(s, run)
		return ns, true, ok
	}
	if !ok || !c.valid() {
		return 0, false, false
	}
	if s == "" {
		at := time.Date(c.year, time.Month(c.month), c.day, c.hour, c.minute, c.second, c.nanos, zone)
		return at.UnixNano(), false, true
	}
	offset, ok := scanOffset(s)
	if !ok {
		return 0, false, false
	}
	return c.unix(offset), true, true
}

// clock is a date and a time of day as written.
type clock struct{ year, month, day, hour, minute, second, nanos int }

func (c *clock) valid() bool {
	return c.year >= firstYear && c.year <= lastYear && c.month >= 1 && c.month <= 12 && c.day >= 1 &&
		c.day <= daysIn(c.year, c.month) && c.hour < 24 && c.minute < 60 && c.second <= 60 // 60: a leap second
}

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// unix is the moment of c in a zone that many seconds east of UTC.
func (c *clock) unix(offset int) int64 {
	return (daysFromCivil(c.year, c.month, c.day)*86400+int64(c.hour*3600+c.minute*60+c.second-offset))*1e9 + int64(c.nanos)
}

// daysFromCivil counts the days from 1970-01-01 to a date of the Gregorian calendar. Years are taken to begin
// in March, so that the leap day is their last.
func daysFromCivil(year, month, day int) int64 {
	if month <= 2 {
		year--
		month += 12
	}
	return int64(365*year + year/4 - year/100 + year/400 + (153*(month-3)+2)/5 + day - 1 - 719468)
}
