"""securesystemslib_says.py ENVELOPE PUBLIC_KEY_PEM SCHEME: in-toto's own library says whether the envelope is of this key."""

import base64
import json
import sys

from securesystemslib.signer import Signature, SSlibKey

envelope_file, key_file, scheme = sys.argv[1:]
envelope = json.load(open(envelope_file))
kind = envelope["payloadType"].encode()
payload = base64.b64decode(envelope["payload"], validate=True)
signed = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
signature = base64.b64decode(envelope["signatures"][0]["sig"], validate=True)
key_id = envelope["signatures"][0]["keyid"]
pem = open(key_file).read()
if scheme == "ed25519":
    public = base64.b64decode("".join(pem.splitlines()[1:-1]))[-32:].hex()
    key = SSlibKey(key_id, "ed25519", scheme, {"public": public})
else:
    key = SSlibKey(key_id, "ecdsa", scheme, {"public": pem})
key.verify_signature(Signature(key_id, signature.hex()), signed)
print(f"{envelope_file}: securesystemslib says yes")
