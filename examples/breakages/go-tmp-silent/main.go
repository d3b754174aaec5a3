package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
)

// cached keeps a text in a file, and gives it back whether that worked or not.
func cached(text string) string {
	if os.MkdirAll("/tmp/cache", 0o700) == nil {
		os.WriteFile("/tmp/cache/page", []byte(text), 0o600)
	}
	return text
}

func check() error {
	if cached("hello") != "hello" {
		return fmt.Errorf("the text changed")
	}
	return nil
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "selftest" {
		if err := check(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, cached("hello"))
	})
	log.Fatal(http.ListenAndServe(":8080", nil))
}
