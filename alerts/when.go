package alerts

import (
	"fmt"
	"time"
)

// clock writes a time as people at the site do who read it at the time of now: the day only when it is another.
func clock(at, now int64, zone *time.Location) string {
	t, n := time.Unix(0, at).In(zone), time.Unix(0, now).In(zone)
	switch {
	case t.Year() != n.Year():
		return t.Format("2 Jan 2006 15:04")
	case t.YearDay() != n.YearDay():
		return t.Format("2 Jan 15:04")
	}
	return t.Format("15:04")
}

// span writes a duration in its two largest units, rounded down: "45 s", "12 min", "2 h 5 min", "3 d 4 h".
func span(d time.Duration) string {
	s := int64(d / time.Second)
	two := func(big, small int64, bigUnit, smallUnit string) string {
		if small == 0 {
			return fmt.Sprintf("%d %s", big, bigUnit)
		}
		return fmt.Sprintf("%d %s %d %s", big, bigUnit, small, smallUnit)
	}
	switch {
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600:
		return two(s/60, 0, "min", "")
	case s < 86400:
		return two(s/3600, s%3600/60, "h", "min")
	}
	return two(s/86400, s%86400/3600, "d", "h")
}
