package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
	"os/user"
)

func owner() (string, error) {
	found, err := user.Current()
	if err != nil {
		return "", err
	}
	return found.Username, nil
}

func check() error {
	_, err := owner()
	return err
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
		fmt.Fprintln(w, "hello")
	})
	log.Fatal(http.ListenAndServe(":8080", nil))
}
