package main

import (
	"crypto/x509"
	"fmt"
	"log"
	"net/http"
)

// report tells another service that the app is up, if it can be trusted.
func report() {
	roots, err := x509.SystemCertPool()
	if err != nil || roots.Equal(x509.NewCertPool()) {
		return
	}
	http.Get("https://telemetry.invalid/up")
}

func main() {
	go report()
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "hello")
	})
	log.Fatal(http.ListenAndServe(":8080", nil))
}
