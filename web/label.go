package web

import "strings"

// Label makes any text fit between the quotes of a label's value. The text exposition format 0.0.4 knows exactly
// three escapes, for the backslash, the quote and the line feed; %q writes others, on which a scrape is refused as a
// whole. What is not UTF-8 becomes U+FFFD. Everything else, a tab or a NUL too, stands for itself.
func Label(value string) string {
	value = strings.ToValidUTF8(value, "\uFFFD")
	if !strings.ContainsAny(value, "\\\"\n") {
		return value
	}
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(value)
}
