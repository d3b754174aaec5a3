package main

import (
	"fmt"
	"log"
	"mime"
	"net/http"
	"os"
	"path"
)

func kind(file string) string {
	return mime.TypeByExtension(path.Ext(file))
}

func check() error {
	if kind("cover.png") != "image/png" {
		return fmt.Errorf("unknown picture")
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
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", kind(r.URL.Path))
		w.Write([]byte("a book"))
	})
	log.Fatal(http.ListenAndServe(":8080", nil))
}
