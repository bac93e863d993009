package record

// AppendTime appends at, nanoseconds since 1970, as RFC 3339 in UTC with as many digits of the second as are needed:
// the form of time.RFC3339Nano.
func AppendTime(dst []byte, at int64) []byte {
	const second, day = 1e9, 86400
	seconds, nanos := at/second, at%second
	if nanos < 0 {
		seconds, nanos = seconds-1, nanos+second
	}
	days, rest := seconds/day, seconds%day
	if rest < 0 {
		days, rest = days-1, rest+day
	}
	year, month, dayOfMonth := civilFromDays(days)
	dst = append(appendPair(appendPair(dst, year/100), year%100), '-')
	dst = append(appendPair(dst, month), '-')
	dst = append(appendPair(dst, dayOfMonth), 'T')
	dst = append(appendPair(dst, int(rest/3600)), ':')
	dst = append(appendPair(dst, int(rest/60%60)), ':')
	dst = appendPair(dst, int(rest%60))
	if nanos != 0 {
		dst = append(dst, '.')
		for scale := int64(second / 10); nanos > 0; scale /= 10 {
			dst = append(dst, byte('0'+nanos/scale))
			nanos %= scale
		}
	}
	return append(dst, 'Z')
}

// appendPair appends two digits.
func appendPair(dst []byte, n int) []byte { return append(dst, byte('0'+n/10), byte('0'+n%10)) }

// civilFromDays is the date of the Gregorian calendar so many days after 1970-01-01, the inverse of daysFromCivil. An
// int64 of nanoseconds spans the years 1677 to 2262 only, so that no year is negative.
func civilFromDays(days int64) (year, month, day int) {
	n := int(days) + 719468 // since 0000-03-01
	const era = 146097      // days of 400 years
	ofEra := n % era
	yearOfEra := (ofEra - ofEra/1460 + ofEra/36524 - ofEra/146096) / 365
	ofYear := ofEra - (365*yearOfEra + yearOfEra/4 - yearOfEra/100)
	month = (5*ofYear + 2) / 153 // from March
	day = ofYear - (153*month+2)/5 + 1
	year = n/era*400 + yearOfEra
	if month += 3; month > 12 {
		month -= 12
		year++
	}
	return year, month, day
}
