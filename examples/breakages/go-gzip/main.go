package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
	"os/exec"
	"strings"
)

// pack keeps a packed copy of a page.
func pack(page string) {
	command := exec.Command("gzip", "-c")
	command.Stdin = strings.NewReader(page)
	packed, err := command.Output()
	if err == nil {
		os.WriteFile("/tmp/page.gz", packed, 0o600)
	}
}

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		pack("hello")
		fmt.Fprintln(w, "hello")
	})
	log.Fatal(http.ListenAndServe(":8080", nil))
}
