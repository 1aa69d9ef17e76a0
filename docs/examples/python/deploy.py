"""Creates an application in the sandbox, deploys it and deletes it, with an API token.

    pip install -r requirements.txt && python deploy.py
"""

import os
import time

import requests

URL = os.environ.get("SANDBOX_URL", "http://127.0.0.1:8080")

session = requests.Session()
session.headers["Authorization"] = "Bearer sandbox-token"


def call(method, path, **options):
    answer = session.request(method, URL + path, timeout=10, **options)
    answer.raise_for_status()
    return answer.json() if answer.content else None


owner = call("GET", "/v2/summary")["organisations"][0]["id"]
applications = f"/v2/organisations/{owner}/applications"

runtimes = [one for one in call("GET", "/v2/products/instances") if one["enabled"]]
python = next(one for one in runtimes if one["variant"]["slug"] == "python")
application = call("POST", applications, json={
    "name": "shop",
    "instanceType": python["type"],
    "instanceVersion": python["version"],
    "instanceVariant": python["variant"]["id"],
    "minFlavor": "XS",
    "maxFlavor": "XS",
    "minInstances": 1,
    "maxInstances": 1,
    "zone": "par",
    "deploy": "git",
})
path = f"{applications}/{application['id']}"
call("PUT", f"{path}/env", json={"PORT": "8080"})
deployment = call("POST", f"{path}/instances")["deploymentId"]

# A deployment takes some seconds: the time of the sandbox runs twenty times faster than real time.
state = "WIP"
while state == "WIP":
    time.sleep(0.5)
    rows = call("GET", f"{path}/deployments")
    state = next(row["state"] for row in rows if row["uuid"] == deployment)
print(f"deployment {state}")

call("DELETE", path)
print("done")
