package main

import (
	"fmt"
	"net/http"
	"time"
)

// The Unix epoch as a clock on the wall shows it; without zone files Go says UTC.
func epoch(response http.ResponseWriter, _ *http.Request) {
	fmt.Fprintln(response, time.Unix(0, 0).Format(time.DateTime))
}

func main() {
	http.HandleFunc("/", epoch)
	panic(http.ListenAndServe(":8080", nil))
}
