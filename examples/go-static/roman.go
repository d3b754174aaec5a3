package main

import (
	"fmt"
	"strings"
)

var numerals = []struct {
	value  int
	symbol string
}{
	{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"},
	{50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"},
}

// roman writes a number from 1 to 3999 in Roman numerals.
func roman(number int) (string, error) {
	if number < 1 || number > 3999 {
		return "", fmt.Errorf("not between 1 and 3999: %d", number)
	}
	var text strings.Builder
	for _, numeral := range numerals {
		for ; number >= numeral.value; number -= numeral.value {
			text.WriteString(numeral.symbol)
		}
	}
	return text.String(), nil
}
