package main

import (
	"fmt"
	"net/http"
	"time"
)

// night tells whether the nightly job may run at this moment.
func night(moment time.Time) bool {
	hour := moment.Local().Hour()
	return hour >= 2 && hour < 4
}

func main() {
	go func() {
		for range time.Tick(time.Minute) {
			if night(time.Now()) {
				fmt.Println("the nightly job")
			}
		}
	}()
	http.HandleFunc("/", func(response http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(response, "hello")
	})
	panic(http.ListenAndServe(":8080", nil))
}
