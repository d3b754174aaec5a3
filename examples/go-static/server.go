package main

import (
	"encoding/json"
	"net/http"
	"strconv"
)

type body map[string]any

func answer(response http.ResponseWriter, status int, content body) {
	response.Header().Set("Content-Type", "application/json")
	response.WriteHeader(status)
	json.NewEncoder(response).Encode(content)
}

func convert(response http.ResponseWriter, request *http.Request) {
	number, err := strconv.Atoi(request.FormValue("number"))
	if err != nil {
		answer(response, http.StatusBadRequest, body{"error": "not a number"})
		return
	}
	text, err := roman(number)
	if err != nil {
		answer(response, http.StatusBadRequest, body{"error": err.Error()})
		return
	}
	answer(response, http.StatusOK, body{"number": number, "roman": text})
}

func routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(response http.ResponseWriter, _ *http.Request) {
		answer(response, http.StatusOK, body{"name": "roman", "routes": []string{"/roman?number=", "/health"}})
	})
	mux.HandleFunc("GET /roman", convert)
	mux.HandleFunc("GET /health", func(response http.ResponseWriter, _ *http.Request) {
		answer(response, http.StatusOK, body{"status": "ok"})
	})
	return mux
}
