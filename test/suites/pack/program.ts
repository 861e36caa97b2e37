/** A program of a user, for both kinds of modules. */
const BODY = `
async function main() {
  const driver = await MediaDriver.launch()
  const client = await Client.connect(driver)
  for (const channel of ['aeron:udp?endpoint=127.0.0.1:0', 'aeron:ipc']) {
    const subscription = await client.addSubscription(channel, 1001)
    const publication = await client.addPublication(subscription.tryResolveChannelEndpointPort() ?? channel, 1001)
    await publication.publish(new TextEncoder().encode('over ' + channel), { timeoutMs: 5000 })
    for await (const { data } of subscription.messages()) {
      console.log(new TextDecoder().decode(data))
      break
    }
  }
  await client.close()
  if (process.argv[2] !== 'leave-driver') await driver.close()
}
main()
`

export const PROGRAMS: Readonly<Record<string, string>> = {
  'program.mjs': `import { Client, MediaDriver } from 'godwit'${BODY}`,
  'program.cjs': `const { Client, MediaDriver } = require('godwit')${BODY}`,
}

export const PROGRAM_OUTPUT = 'over aeron:udp?endpoint=127.0.0.1:0\nover aeron:ipc\n'
