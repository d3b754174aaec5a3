package main

import (
	_ "time/tzdata"
	"fmt"
	"log"
	"net/http"
	"os"
	"time"
)

func noon() string {
	return time.Unix(1751371200, 0).Local().Format("15:04 MST")
}

func check() error {
	if noon() != "14:00 CEST" {
		return fmt.Errorf("it is %s", noon())
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
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, noon())
	})
	log.Fatal(http.ListenAndServe(":8080", nil))
}
