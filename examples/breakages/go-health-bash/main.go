package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
)

const greeting = "hello"

func check() error {
	if greeting == "" {
		return fmt.Errorf("nothing to say")
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
		fmt.Fprintln(w, greeting)
	})
	log.Fatal(http.ListenAndServe(":8080", nil))
}
