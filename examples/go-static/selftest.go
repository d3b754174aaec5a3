package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
)

// What the service must answer. An image without a shell or a compiler can still run these.
var expectations = []struct {
	path   string
	status int
	body   string
}{
	{"/roman?number=1", http.StatusOK, `{"number":1,"roman":"I"}`},
	{"/roman?number=1994", http.StatusOK, `{"number":1994,"roman":"MCMXCIV"}`},
	{"/roman?number=3999", http.StatusOK, `{"number":3999,"roman":"MMMCMXCIX"}`},
	{"/roman?number=0", http.StatusBadRequest, `{"error":"not between 1 and 3999: 0"}`},
	{"/roman?number=4000", http.StatusBadRequest, `{"error":"not between 1 and 3999: 4000"}`},
	{"/roman?number=ten", http.StatusBadRequest, `{"error":"not a number"}`},
	{"/health", http.StatusOK, `{"status":"ok"}`},
	{"/nowhere", http.StatusNotFound, "404 page not found"},
}

// selftest serves on a free port of its own, so that a running service is not in the way.
func selftest() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer listener.Close()
	go http.Serve(listener, routes())
	for _, want := range expectations {
		status, text, err := get(listener.Addr().String() + want.path)
		if err != nil {
			return err
		}
		if status != want.status || text != want.body {
			return fmt.Errorf("%s: got %d %s, want %d %s", want.path, status, text, want.status, want.body)
		}
		fmt.Println("ok", want.path)
	}
	return nil
}

func get(address string) (status int, body string, err error) {
	response, err := http.Get("http://" + address)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return response.StatusCode, strings.TrimSpace(string(text)), err
}
