package record

// Days are counted from 1 January 1970, as the Gregorian calendar goes on.

const msPerDay = int64(86_400_000)

// floorDiv divides and rounds down, also below zero.
func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// weekdayOf returns the day of the week; day 0 was a Thursday.
func weekdayOf(day int64) Weekday { return Weekday(day + 3 - floorDiv(day+3, 7)*7) }

// dayOf returns the day of a date. Years are taken to begin in March, so that
// the leap day is their last.
func dayOf(year, month, date int64) int64 {
	if month < 3 {
		year, month = year-1, month+12
	}
	return 365*year + floorDiv(year, 4) - floorDiv(year, 100) + floorDiv(year, 400) + (153*month-457)/5 + date - 719_469
}

// dateOf is the inverse of dayOf.
func dateOf(day int64) (year, month, date int64) {
	year = 1970 + floorDiv(day, 366)
	for dayOf(year+1, 1, 1) <= day {
		year++
	}
	month = 1
	for month < 12 && dayOf(year, month+1, 1) <= day {
		month++
	}
	return year, month, day - dayOf(year, month, 1) + 1
}

func lengthOf(year, month int64) int64 {
	return dayOf(year+month/12, month%12+1, 1) - dayOf(year, month, 1)
}

// nth returns a month's n-th such weekday, of -1 the last.
func nth(year, month int64, weekday Weekday, n int64) int64 {
	if n < 0 {
		last := dayOf(year, month, lengthOf(year, month))
		return last - int64((weekdayOf(last)-weekday+7)%7)
	}
	first := dayOf(year, month, 1)
	return first + int64((weekday-weekdayOf(first)+7)%7) + 7*(n-1)
}
