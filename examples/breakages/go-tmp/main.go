package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
)

func store(content string) error {
	file, err := os.CreateTemp("", "upload-*")
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = file.WriteString(content)
	return err
}

func check() error {
	return store("hello")
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
