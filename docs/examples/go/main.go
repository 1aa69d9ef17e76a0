// Creates an add-on in the sandbox, reads the environment that it gives to applications, and deletes it.
//
//	go run .
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
)

var url = "http://127.0.0.1:8080"

// call sends JSON with an API token, and reads the answer into result unless it is nil.
func call(method, path string, body, result any) error {
	var content bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&content).Encode(body); err != nil {
			return err
		}
	}
	request, err := http.NewRequest(method, url+path, &content)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer sandbox-token")
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode >= 400 {
		return fmt.Errorf("%s %s: %s", method, path, answer.Status)
	}
	if result == nil {
		return nil
	}
	return json.NewDecoder(answer.Body).Decode(result)
}

func run() error {
	var summary struct {
		Organisations []struct{ ID string }
	}
	if err := call("GET", "/v2/summary", nil, &summary); err != nil {
		return err
	}
	addons := "/v2/organisations/" + summary.Organisations[0].ID + "/addons"

	var provider struct {
		Plans []struct{ ID, Slug string }
	}
	if err := call("GET", "/v2/products/addonproviders/postgresql-addon", nil, &provider); err != nil {
		return err
	}
	wanted := map[string]any{"name": "numbers", "providerId": "postgresql-addon", "plan": provider.Plans[0].ID, "region": "par"}
	var addon struct{ ID, RealID string }
	if err := call("POST", addons, wanted, &addon); err != nil {
		return err
	}
	var environment []struct{ Name, Value string }
	if err := call("GET", addons+"/"+addon.ID+"/env", nil, &environment); err != nil {
		return err
	}
	for _, variable := range environment {
		fmt.Println(variable.Name)
	}
	return call("DELETE", addons+"/"+addon.ID, nil, nil)
}

func main() {
	if value, ok := os.LookupEnv("SANDBOX_URL"); ok {
		url = value
	}
	if err := run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("done")
}
