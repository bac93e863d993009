package record

// scanISO reads YYYY-MM-DD[(T| )HH:MM[:SS[.fraction]]] and returns what is left.
func (c *clock) scanISO(s string) (rest string, ok bool) {
	c.year, c.month, c.day = pair(s[0:])*100+pair(s[2:]), pair(s[5:]), pair(s[8:])
	if c.month < 0 || c.day < 0 {
		return "", false
	}
	s = s[10:]
	if s == "" {
		return "", true
	}
	if len(s) < 6 || s[0] != 'T' && s[0] != 't' && s[0] != ' ' || s[3] != ':' {
		return "", false
	}
	c.hour, c.minute = pair(s[1:]), pair(s[4:])
	if c.hour < 0 || c.minute < 0 {
		return "", false
	}
	s = s[6:]
	if len(s) >= 3 && s[0] == ':' {
		if c.second = pair(s[1:]); c.second < 0 {
			return "", false
		}
		c.nanos, s = fraction(s[3:])
	}
	return s, true
}

// scanCompact reads YYYYMMDD[HH[MM[SS[.fraction]]]], also with a T before the hours, of which run digits stand
// at the front.
func (c *clock) scanCompact(s string, run int) (rest string, ok bool) {
	c.year, c.month, c.day = pair(s[0:])*100+pair(s[2:]), pair(s[4:]), pair(s[6:])
	s, run = s[8:], run-8
	if run == 0 && len(s) >= 5 && (s[0] == 'T' || s[0] == 't') {
		s = s[1:]
		for run < len(s) && s[run] >= '0' && s[run] <= '9' {
			run++
		}
		if run != 4 && run != 6 {
			return "", false
		}
	}
	if run >= 2 {
		c.hour = pair(s)
	}
	if run >= 4 {
		c.minute = pair(s[2:])
	}
	s = s[min(run, 4):]
	if run == 6 {
		c.second = pair(s)
		c.nanos, s = fraction(s[2:])
	}
	return s, true
}

// pair reads two digits; -1000 if they are none, so that sums stay negative.
func pair(s string) int {
	if len(s) < 2 {
		return -1000
	}
	tens, ones := s[0]-'0', s[1]-'0'
	if tens > 9 || ones > 9 {
		return -1000
	}
	return int(tens)*10 + int(ones)
}

// fraction reads "." or "," and digits as nanoseconds.
func fraction(s string) (nanos int, rest string) {
	if len(s) < 2 || s[0] != '.' && s[0] != ',' || s[1] < '0' || s[1] > '9' {
		return 0, s
	}
	i, scale := 1, 100_000_000
	for i < len(s) && s[i]-'0' <= 9 {
		nanos += int(s[i]-'0') * scale
		scale /= 10
		i++
	}
	return nanos, s[i:]
}

// scanOffset reads a zone, "Z", "UTC", "+05:30", "-0800" or "+01", as seconds east of UTC.
func scanOffset(s string) (seconds int, ok bool) {
	s = trim(s)
	switch s {
	case "Z", "z", "UTC", "GMT":
		return 0, true
	}
	if len(s) < 3 || s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	hours, minutes := pair(s[1:]), 0
	switch {
	case len(s) == 3:
	case len(s) == 5:
		minutes = pair(s[3:])
	case len(s) == 6 && s[3] == ':':
		minutes = pair(s[4:])
	default:
		return 0, false
	}
	if hours < 0 || hours > 18 || minutes < 0 || minutes > 59 {
		return 0, false
	}
	seconds = hours*3600 + minutes*60
	if s[0] == '-' {
		seconds = -seconds
	}
	return seconds, true
}

// parseCount reads a count since 1970; its run of digits tells the unit.
func parseCount(s string, run int) (ns int64, ok bool) {
	unit := int64(0)
	switch run {
	case 9, 10:
		unit = 1e9
	case 13:
		unit = 1e6
	case 16:
		unit = 1e3
	case 19:
		unit = 1
	default:
		return 0, false
	}
	for i := range run {
		d := int64(s[i] - '0')
		if ns > (1<<63-1-d)/10 {
			return 0, false
		}
		ns = ns*10 + d
	}
	nanos, rest := fraction(s[run:])
	last := daysFromCivil(lastYear+1, 1, 1) * 86400 * 1e9
	if rest != "" || ns >= last/unit {
		return 0, false
	}
	return ns*unit + int64(nanos)*unit/1e9, true
}
