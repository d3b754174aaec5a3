// Command clock tells the time of a place, and whether a certificate is trusted here.
//
//	clock              serve on port 8080
//	clock healthcheck  exit with 0 when the running service is healthy
//	clock selftest     exit with 0 when every answer of the service is right
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

const address = ":8080"

func main() {
	commands := map[string]func() error{"": serve, "healthcheck": healthcheck, "selftest": selftest}
	name := ""
	if len(os.Args) > 1 {
		name = os.Args[1]
	}
	command, known := commands[name]
	if !known {
		command = func() error { return fmt.Errorf("unknown command: %s", name) }
	}
	if err := command(); err != nil {
		fmt.Fprintln(os.Stderr, "clock:", err)
		os.Exit(1)
	}
}

// serve answers requests until SIGTERM or SIGINT, and finishes those that are open.
func serve() error {
	stopped, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer cancel()
	server := &http.Server{Addr: address, Handler: routes(), ReadHeaderTimeout: 5 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	fmt.Println("listening on", address)
	select {
	case err := <-failed:
		return err
	case <-stopped.Done():
		return server.Shutdown(context.Background())
	}
}

func healthcheck() error {
	response, err := http.Get("http://127.0.0.1" + address + "/")
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("unhealthy: %s", response.Status)
	}
	return nil
}
