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
	var text [20]byte
	copy(text[:], "0000-00-00T00:00:00Z")
	putPair(text[0:2], uint32(year)/100)
	putPair(text[2:4], uint32(year)%100)
	putPair(text[5:7], uint32(month))
	putPair(text[8:10], uint32(dayOfMonth))
	putPair(text[11:13], uint32(rest)/3600)
	putPair(text[14:16], uint32(rest)/60%60)
	putPair(text[17:19], uint32(rest)%60)
	if nanos == 0 {
		return append(dst, text[:]...)
	}
	dst = append(dst, text[:19]...)
	return append(appendFraction(dst, uint32(nanos)), 'Z')
}

// appendFraction appends the point and as many digits of billionths as are needed; n is not zero. Most clocks have
// thousandths.
func appendFraction(dst []byte, n uint32) []byte {
	digits := 9
	if n%1_000_000 == 0 {
		n, digits = n/1_000_000, 3
	}
	for n%10 == 0 {
		n, digits = n/10, digits-1
	}
	var text [10]byte
	for i := digits; i > 0; i-- {
		text[i] = byte('0' + n%10)
		n /= 10
	}
	text[0] = '.'
	return append(dst, text[:digits+1]...)
}

// putPair writes two digits.
func putPair(dst []byte, n uint32) { dst[0], dst[1] = byte('0'+n/10), byte('0'+n%10) }

// civilFromDays is the date of the Gregorian calendar so many days after 1970-01-01, the inverse of daysFromCivil. An
// int64 of nanoseconds spans the years 1677 to 2262 only, so that no year is negative.
func civilFromDays(days int64) (year, month, day int) {
	n := uint32(days + 719468) // since 0000-03-01
	const era = 146097         // days of 400 years
	ofEra := n % era
	yearOfEra := (ofEra - ofEra/1460 + ofEra/36524 - ofEra/146096) / 365
	ofYear := ofEra - (365*yearOfEra + yearOfEra/4 - yearOfEra/100)
	month = int(5*ofYear+2) / 153 // from March
	day = int(ofYear) - (153*month+2)/5 + 1
	year = int(yearOfEra + n/era*400)
	if month += 3; month > 12 {
		month -= 12
		year++
	}
	return year, month, day
}
