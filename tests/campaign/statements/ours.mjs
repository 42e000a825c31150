// node ours.mjs ENVELOPE PUBLIC_KEY_PEM: sigstore's own verifier says whether the envelope is of this key.
import { readFileSync } from 'node:fs';
import { createPublicKey } from 'node:crypto';
import { bundleFromJSON } from '@sigstore/bundle';
import { Verifier, toSignedEntity } from '@sigstore/verify';

const [envelopeFile, keyFile] = process.argv.slice(2);
const dsseEnvelope = JSON.parse(readFileSync(envelopeFile, 'utf8'));
const hint = dsseEnvelope.signatures[0].keyid;
const bundle = bundleFromJSON({
  mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
  verificationMaterial: { publicKey: { hint }, tlogEntries: [] },
  dsseEnvelope,
});
const publicKey = createPublicKey(readFileSync(keyFile, 'utf8'));
const trust = {
  certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [],
  publicKey: (wanted) => {
    if (wanted !== hint) throw new Error(`unknown key ${wanted}`);
    return { publicKey, validFor: () => true };
  },
};
const verifier = new Verifier(trust, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 });
verifier.verify(toSignedEntity(bundle));
console.log(`${envelopeFile}: sigstore's verifier says yes`);
