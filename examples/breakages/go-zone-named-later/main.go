package main

import (
	"fmt"
	"net/http"
	"time"
)

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if name := r.FormValue("zone"); name != "" {
			zone, err := time.LoadLocation(name)
			if err != nil {
				zone = time.UTC
			}
			fmt.Fprintln(w, time.Unix(0, 0).In(zone))
			return
		}
		fmt.Fprintln(w, "hello")
	})
	http.ListenAndServe(":8080", nil)
}
