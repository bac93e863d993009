package formats

// channels reads the member of that name: an object of values, or a list of objects with name and value. Whether
// its content is sound matters only if the message turns out to be telemetry.
func (j *JSON) channels() error {
	c := &j.scan
	if c.take('{') {
		for first := true; ; first = false {
			name, more, err := c.member(first)
			if err != nil || !more {
				return err
			}
			value, sort, err := c.value(2)
			if err != nil {
				return err
			}
			if err := j.channel(name, value, sort); err != nil {
				return err
			}
		}
	}
	c.take('[')
	for first := true; ; first = false {
		more, err := c.element(first)
		if err != nil || !more {
			return err
		}
		if !c.take('{') {
			j.members.badChannels = true
			if _, _, err := c.value(2); err != nil {
				return err
			}
			continue
		}
		if err := j.listed(); err != nil {
			return err
		}
	}
}

// listed reads one channel of a list, behind its opening brace.
func (j *JSON) listed() error {
	c := &j.scan
	var name, value string
	var nameSort, valueSort sort
	for first := true; ; first = false {
		key, more, err := c.member(first)
		if err != nil {
			return err
		}
		if !more {
			break
		}
		text, what, err := c.value(3)
		if err != nil {
			return err
		}
		switch key {
		case "name":
			if nameSort != 0 {
				return errTwice
			}
			name, nameSort = text, what
		case "value":
			if valueSort != 0 {
				return errTwice
			}
			value, valueSort = text, what
		}
	}
	if nameSort != textValue || valueSort == 0 {
		j.members.badChannels = true
		return nil
	}
	return j.channel(name, value, valueSort)
}

func (j *JSON) channel(name, value string, what sort) error {
	if !j.names.add(name) {
		return errTwice
	}
	switch what {
	case textValue, numberValue:
		if len(j.members.channels) == maxMembers {
			return ErrTooLarge
		}
		j.members.channels = append(j.members.channels, member{name, value})
	case nullValue:
	default:
		j.members.badChannels = true
	}
	return nil
}

// nameSet finds names that stand twice. Few are compared one by one, many through a map, so that a long message
// costs no more a byte than a short one.
type nameSet struct {
	list  []string
	index map[string]struct{}
}

func (s *nameSet) reset() {
	clear(s.list) // or a message would live on through its names
	s.list = s.list[:0]
	if len(s.index) > 0 {
		s.index = nil // large once, and costly to clear for every small message after it
	}
}

// add says whether the name is new.
func (s *nameSet) add(name string) bool {
	const few = 16
	if len(s.list) < few {
		for _, old := range s.list {
			if old == name {
				return false
			}
		}
		s.list = append(s.list, name)
		return true
	}
	if len(s.index) == 0 {
		if s.index == nil {
			s.index = map[string]struct{}{}
		}
		for _, old := range s.list {
			s.index[old] = struct{}{}
		}
	}
	before := len(s.index)
	s.index[name] = struct{}{}
	return len(s.index) > before
}
