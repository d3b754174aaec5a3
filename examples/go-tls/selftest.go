package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	_ "embed"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"
)

// An authority that every common bundle has; the build takes it from its own.
//
//go:embed authority.pem
var authority string

// stranger makes a certificate that nobody trusts.
func stranger() string {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err.Error()
	}
	about := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	content, err := x509.CreateCertificate(rand.Reader, about, about, &key.PublicKey, key)
	if err != nil {
		return err.Error()
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: content}))
}

// What the service must answer; these run in images without a shell or a compiler, too.
var expectations = []struct {
	method, path, body string
	status             int
	want               string
}{
	{"GET", "/time?at=2026-01-15T12:00:00Z&zone=Europe/Paris", "", 200, "2026-01-15 13:00 CET\n"},
	{"GET", "/time?at=2026-07-15T12:00:00Z&zone=Europe/Paris", "", 200, "2026-07-15 14:00 CEST\n"},
	{"GET", "/time?at=2026-07-15T12:00:00Z&zone=Asia/Tokyo", "", 200, "2026-07-15 21:00 JST\n"},
	{"GET", "/time?at=2026-07-15T12:00:00Z&zone=Mars/Crater", "", 400, "unknown time zone Mars/Crater\n"},
	{"POST", "/trusted", authority, 200, "trusted\n"},
	{"POST", "/trusted", "nonsense", 400, "not a certificate\n"},
	{"POST", "/trusted", stranger(), 400, "x509: certificate signed by unknown authority\n"},
}

func selftest() error {
	server := httptest.NewServer(routes())
	defer server.Close()
	for _, want := range expectations {
		request, err := http.NewRequest(want.method, server.URL+want.path, strings.NewReader(want.body))
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		text, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil {
			return err
		}
		if response.StatusCode != want.status || string(text) != want.want {
			return fmt.Errorf("%s %s: got %d %q, want %d %q",
				want.method, want.path, response.StatusCode, text, want.status, want.want)
		}
		fmt.Println("ok", want.method, want.path)
	}
	return nil
}
