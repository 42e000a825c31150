// Holds bills of materials to what their formats publish:
//
//     node check.mjs [spdx|cyclonedx FILE]...
//
// CycloneDX: the strict validator and schemas of CycloneDX's own library, and the types of package URLs. SPDX: spdx.mjs,
// and what no schema can say: names that are used once, relations that lead somewhere, the verification
// code. Ends with 1 and says what is wrong.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import Ajv from "ajv";
import { schema } from "./spdx.mjs";

const faults = [];
const fault = (file, words) => faults.push(`${file}: ${words}`);

const spdx = new Ajv({ strict: true, allErrors: true }).compile(schema);

/** SPDX 2.3, section 7.9. */
function codeOf(files) {
  const digests = files.map((one) => one.checksums.find((sum) => sum.algorithm === "SHA1").checksumValue);
  return createHash("sha1").update(digests.sort().join("")).digest("hex");
}

function checkSpdx(file, document) {
  if (!spdx(document)) {
    for (const error of spdx.errors) fault(file, `${error.instancePath} ${error.message}`);
    return;
  }
  const ids = [document, ...document.packages, ...document.files].map((one) => one.SPDXID);
  const known = new Set(ids);
  if (known.size !== ids.length) fault(file, "an id stands twice");
  for (const { spdxElementId, relatedSpdxElement } of document.relationships)
    if (!known.has(spdxElementId) || !known.has(relatedSpdxElement))
      fault(file, `a relation leads nowhere: ${spdxElementId} ${relatedSpdxElement}`);
  const byId = new Map(document.files.map((one) => [one.SPDXID, one]));
  for (const one of document.packages) {
    const inside = document.relationships.filter((relation) =>
      relation.relationshipType === "CONTAINS" && relation.spdxElementId === one.SPDXID &&
      byId.has(relation.relatedSpdxElement)).map((relation) => byId.get(relation.relatedSpdxElement));
    const code = one.packageVerificationCode;
    if (one.filesAnalyzed === false) {
      if (inside.length > 0) fault(file, `${one.SPDXID} has files and says that none were analysed`);
      if (code) fault(file, `${one.SPDXID} has a verification code and no files`);
    } else if (!code || code.packageVerificationCodeValue !== codeOf(inside)) {
      fault(file, `the verification code of ${one.SPDXID} is not that of its files`);
    }
  }
  const described = document.relationships.filter((one) => one.relationshipType === "DESCRIBES");
  if (described.length !== 1) fault(file, "the document describes more than the image, or nothing");
}

async function checkCycloneDx(file, text) {
  const errors = await new Validation.JsonStrictValidator(Spec.Version.v1dot5).validate(text);
  for (const error of errors ?? []) fault(file, `${error.instancePath} ${error.message}`);
  const document = JSON.parse(text);
  const references = document.components.map((one) => one["bom-ref"]).concat(document.metadata.component["bom-ref"]);
  if (new Set(references).size !== references.length) fault(file, "a bom-ref stands twice");
}

const words = process.argv.slice(2);
for (let i = 0; i < words.length; i += 2) {
  const [form, file] = words.slice(i, i + 2);
  const text = readFileSync(file, "utf8");
  const before = faults.length;
  if (form === "spdx") checkSpdx(file, JSON.parse(text));
  else await checkCycloneDx(file, text);
  if (faults.length === before) console.log(`ok: ${file}`);
}
for (const words of faults.slice(0, 50)) console.error(`FAILED: ${words}`);
if (faults.length > 0) process.exitCode = 1;
