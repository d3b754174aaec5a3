package main

import (
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
)

func mailPort() (int, error) {
	return net.LookupPort("tcp", "submission")
}

func check() error {
	_, err := mailPort()
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
