package main

import (
	"fmt"
	"log"
	"net/http"
	"time"
)

const zone = "Europe/Berlin"

func printed() string {
	place, err := time.LoadLocation(zone)
	if err != nil {
		place = time.UTC
	}
	return time.Now().In(place).Format(time.Kitchen)
}

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			fmt.Fprintln(w, printed())
		}
		fmt.Fprintln(w, "hello")
	})
	log.Fatal(http.ListenAndServe(":8080", nil))
}
