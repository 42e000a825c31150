// What SPDX 2.3 asks of the fields that `reproduce inspect --sbom spdx` writes, in our words: names,
// types, patterns and what is required, from schemas/spdx-schema.json of spdx/spdx-spec (2.3) and
// sections 6 to 11 of the specification. No registry that tests may use has the schema itself. It is stricter in one
// respect: a field that is not here is a fault, although SPDX may know it.

const text = { type: "string", minLength: 1 };
const id = { type: "string", pattern: "^SPDXRef-[a-zA-Z0-9.-]+$" };
const record = (required, optional = {}) => ({
  type: "object", additionalProperties: false,
  required: Object.keys(required), properties: { ...required, ...optional },
});
const list = (items) => ({ type: "array", items });

const checksum = record({
  algorithm: { enum: ["SHA1", "SHA256", "SHA384", "SHA512"] },
  checksumValue: { type: "string", pattern: "^[0-9a-f]+$" },
});
const agent = { type: "string", pattern: "^(Person|Organization): .+$|^NOASSERTION$" };

export const schema = record({
  spdxVersion: { const: "SPDX-2.3" },
  dataLicense: { const: "CC0-1.0" },
  SPDXID: { const: "SPDXRef-DOCUMENT" },
  name: text,
  // Section 6.5: an absolute URI without a fragment.
  documentNamespace: { type: "string", pattern: "^https?://[^#\\s]+$" },
  creationInfo: record({
    created: {
      type: "string",
      pattern: "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$",
    },
    creators: { type: "array", minItems: 1, items: { type: "string", pattern: "^Tool: \\S+-\\S+$" } },
  }),
  packages: list(record({ SPDXID: id, name: text, downloadLocation: text }, {
    filesAnalyzed: { type: "boolean" },
    packageVerificationCode: record({ packageVerificationCodeValue: { type: "string", pattern: "^[0-9a-f]{40}$" } }),
    checksums: list(checksum),
    primaryPackagePurpose: { enum: ["OPERATING-SYSTEM", "APPLICATION", "LIBRARY", "FILE"] },
    versionInfo: text,
    supplier: agent,
    sourceInfo: text,
    comment: text,
    externalRefs: list(record({
      referenceCategory: { enum: ["PACKAGE-MANAGER", "SECURITY", "PERSISTENT-ID", "OTHER"] },
      referenceType: { const: "purl" },
      referenceLocator: { type: "string", pattern: "^pkg:[a-z]+/\\S+$" },
    })),
  })),
  files: list(record({ SPDXID: id, fileName: { type: "string", pattern: "^\\./." },
    checksums: { type: "array", minItems: 1, items: checksum } })),
  relationships: list(record({ spdxElementId: text, relatedSpdxElement: text,
    relationshipType: { enum: ["DESCRIBES", "CONTAINS"] } })),
}, { comment: text });
