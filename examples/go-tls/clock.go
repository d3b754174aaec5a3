package main

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

const layout = "2006-01-02 15:04 MST"

func routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(response http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(response, "clock: GET /time?at=RFC3339&zone=NAME, POST /trusted with a certificate as PEM")
	})
	mux.HandleFunc("GET /time", func(response http.ResponseWriter, request *http.Request) {
		answer(response)(local(request.FormValue("at"), request.FormValue("zone")))
	})
	mux.HandleFunc("POST /trusted", func(response http.ResponseWriter, request *http.Request) {
		content, err := io.ReadAll(http.MaxBytesReader(response, request.Body, 1<<16))
		if err == nil {
			err = trusted(content)
		}
		answer(response)("trusted", err)
	})
	return mux
}

func answer(response http.ResponseWriter) func(string, error) {
	return func(text string, err error) {
		if err != nil {
			http.Error(response, err.Error(), http.StatusBadRequest)
			return
		}
		fmt.Fprintln(response, text)
	}
}

// local writes a moment as the clocks of a place show it, by the system's time zones.
func local(moment, zone string) (string, error) {
	at, err := time.Parse(time.RFC3339, moment)
	if err != nil {
		return "", err
	}
	place, err := time.LoadLocation(zone)
	if err != nil {
		return "", err
	}
	return at.In(place).Format(layout), nil
}

// trusted tells whether the system's authorities stand behind a certificate.
func trusted(content []byte) error {
	block, _ := pem.Decode(content)
	if block == nil {
		return errors.New("not a certificate")
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return err
	}
	_, err = certificate.Verify(x509.VerifyOptions{})
	return err
}
