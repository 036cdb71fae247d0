#!/usr/bin/env node
// The `ingle` command for any Node from 18: hands over to main.ts on the Node that Ingle needs.
process.argv.splice(2, 0, 'cli');
await import('../../scripts/ready.mjs');
