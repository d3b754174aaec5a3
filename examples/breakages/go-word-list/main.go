package main

import (
	"fmt"
	"net/http"
	"os"
	"strings"
)

func word() string {
	words, err := os.ReadFile("/usr/share/dict/words")
	if err != nil {
		return "nameless"
	}
	return strings.Fields(string(words))[7]
}

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			fmt.Fprintln(w, word())
			return
		}
		fmt.Fprintln(w, "ask for a name")
	})
	http.ListenAndServe(":8080", nil)
}
