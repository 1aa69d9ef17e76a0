"""Signs in to the sandbox with OAuth 1, as a program does that acts for its user: it asks, the user agrees, it gets a token.

    pip install -r requirements.txt && python sign_in.py
"""

import os
import re

import requests
from requests_oauthlib import OAuth1Session

URL = os.environ.get("SANDBOX_URL", "http://127.0.0.1:8080")

# The library signs with HMAC-SHA1, and puts the signature in the header.
program = OAuth1Session("sandbox-consumer-key", client_secret="sandbox-consumer-secret", callback_uri="oob")
program.fetch_request_token(f"{URL}/v2/oauth/request_token")

# The user opens the page in a browser and agrees: this is what the browser sends.
requests.get(program.authorization_url(f"{URL}/v2/oauth/authorize"), timeout=10).raise_for_status()
agreed = requests.post(f"{URL}/v2/oauth/authorize", data={"access_personal_information": "on"}, timeout=10)
verifier = re.search(r"<p>(\S+)", agreed.text).group(1)

program.fetch_access_token(f"{URL}/v2/oauth/access_token", verifier=verifier)
profile = program.get(f"{URL}/v2/self", timeout=10).json()
print(f"signed in as {profile['name']}")
print("done")
