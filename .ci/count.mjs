// Adds up what the test runs reported, repeats each failure where it is read first, at the end, and closes with one
// plain line. A run that reported nothing has failed.
import { readFileSync } from 'node:fs'
import { basename, relative } from 'node:path'

let passed = 0
let failed = 0
let skipped = 0
for (const file of process.argv.slice(2)) {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'))
    passed += report.numPassedTests
    skipped += report.numPendingTests + report.numTodoTests
    for (const result of report.testResults) {
      for (const { fullName, failureMessages } of result.assertionResults.filter(
        ({ status }) => status === 'failed',
      ))
        fail(`${relative('.', result.name)} > ${fullName}`, failureMessages.join('\n'))
      if (isBroken(result)) fail(relative('.', result.name), result.message)
    }
  } catch (error) {
    fail(basename(file), error.message)
  }
}
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0

/** Counts one failure and prints it. */
function fail(where, message) {
  failed += 1
  console.log(`failed: ${where}\n${message.replaceAll(/^/gm, '  ')}\n`)
}

/** A file that could not be loaded has no test of its own to count. */
function isBroken({ status, assertionResults }) {
  return status === 'failed' && assertionResults.every((result) => result.status !== 'failed')
}
