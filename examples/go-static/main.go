// Command server converts numbers to Roman numerals over HTTP.
//
//	server              serve on $PORT, 8080 by default
//	server healthcheck  exit with 0 when the running service is healthy
//	server selftest     exit with 0 when every answer of the service is right
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "server:", err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	switch {
	case len(arguments) == 0:
		return serve()
	case arguments[0] == "healthcheck":
		return healthcheck()
	case arguments[0] == "selftest":
		return selftest()
	default:
		return fmt.Errorf("unknown command: %s", arguments[0])
	}
}

func port() string {
	if port := os.Getenv("PORT"); port != "" {
		return port
	}
	return "8080"
}

// serve answers requests until SIGTERM or SIGINT, and finishes those that are open.
func serve() error {
	stopped, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer cancel()
	server := &http.Server{Addr: ":" + port(), Handler: routes(), ReadHeaderTimeout: 5 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	fmt.Println("listening on port", port())
	select {
	case err := <-failed:
		return err
	case <-stopped.Done():
		return server.Shutdown(context.Background())
	}
}

func healthcheck() error {
	status, _, err := get("127.0.0.1:" + port() + "/health")
	if err == nil && status != http.StatusOK {
		err = errors.New("unhealthy")
	}
	return err
}
