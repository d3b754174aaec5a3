package main

import (
	"embed"
	"fmt"
	"net/http"
	"time"
	_ "time/tzdata"
)

//go:embed bash.html
var pages embed.FS

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		page, _ := pages.ReadFile("bash.html")
		zone, _ := time.LoadLocation("Asia/Tokyo")
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, "%s%s\n", page, time.Unix(0, 0).In(zone).Format("15:04"))
	})
	http.ListenAndServe(":8080", nil)
}
