package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
)

func keep() {
	if file, err := os.CreateTemp("", "upload-*"); err == nil {
		defer os.Remove(file.Name())
	}
}

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			keep()
		}
		fmt.Fprintln(w, "hello")
	})
	log.Fatal(http.ListenAndServe(":8080", nil))
}
