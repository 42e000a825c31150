// node theirs.mjs STATEMENT PRIVATE_KEY_PEM: an envelope around the statement, made by sigstore's builder, on
// standard output.
import { readFileSync } from 'node:fs';
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { bundleToJSON } from '@sigstore/bundle';
import { DSSEBundleBuilder } from '@sigstore/sign';

const [statementFile, keyFile] = process.argv.slice(2);
const key = createPrivateKey(readFileSync(keyFile, 'utf8'));
const curve = key.asymmetricKeyDetails?.namedCurve;
const digest = { prime256v1: 'sha256', secp384r1: 'sha384', secp521r1: 'sha512' }[curve] ?? null;
const signer = {
  sign: async (data) => ({
    signature: sign(digest, data, key),
    key: {
      $case: 'publicKey',
      publicKey: createPublicKey(key).export({ type: 'spki', format: 'pem' }),
      hint: 'theirs',
    },
  }),
};
const builder = new DSSEBundleBuilder({ signer, witnesses: [] });
const bundle = await builder.create({
  data: readFileSync(statementFile),
  type: 'application/vnd.in-toto+json',
});
process.stdout.write(JSON.stringify(bundleToJSON(bundle).dsseEnvelope));
