package main

import (
	"fmt"
	"log"
	"net/http"
	"os/user"
)

func owner() string {
	account, err := user.Lookup("nobody")
	if err != nil {
		return "0"
	}
	return account.Uid
}

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			fmt.Fprintln(w, owner())
		}
		fmt.Fprintln(w, "hello")
	})
	log.Fatal(http.ListenAndServe(":8080", nil))
}
