// A client and a sender in another language: what the protos promise, checked from outside.
// Usage: node interop.js PROTO_DIR EDGE_HOST:PORT API_HOST:PORT
'use strict';

const assert = require('node:assert/strict');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const [protoDir, edge, api] = process.argv.slice(2);
if (!api) {
  console.error('usage: node interop.js PROTO_DIR EDGE_HOST:PORT API_HOST:PORT');
  process.exit(2);
}

const SERVICE = 'agents';
const CLIENT = 'node-js-1';
const PAYLOAD = {
  type_url: 'type.googleapis.com/google.protobuf.StringValue',
  // Field 1, five bytes: "hello".
  value: Buffer.from([10, 5, 104, 101, 108, 108, 111]),
};

const v1 = grpc.loadPackageDefinition(
  loader.loadSync(
    ['streamingcommands/v1/client_stream_service.proto', 'streamingcommands/v1/command_service.proto'],
    { includeDirs: [protoDir], keepCase: true, longs: String, enums: String, oneofs: true },
  ),
).streamingcommands.v1;

const plaintext = grpc.credentials.createInsecure();
const edgeStub = new v1.ClientStreamService(edge, plaintext);
const apiStub = new v1.CommandService(api, plaintext);

const soon = () => ({ deadline: Date.now() + 10_000 });

function unary(method, request) {
  return new Promise((resolve, reject) =>
    apiStub[method](request, soon(), (error, answer) => (error ? reject(error) : resolve(answer))),
  );
}

// Frames as they come, for a caller that takes them one at a time.
class Client {
  constructor() {
    this.frames = [];
    this.takers = [];
    this.stream = edgeStub.Connect();
    this.ended = new Promise((resolve) => this.stream.on('status', resolve));
    this.stream.on('error', () => {}); // The status says it too.
    this.stream.on('data', (frame) => {
      const taker = this.takers.shift();
      if (taker) taker(frame);
      else this.frames.push(frame);
    });
  }

  next() {
    if (this.frames.length > 0) return Promise.resolve(this.frames.shift());
    const frame = new Promise((resolve) => this.takers.push(resolve));
    const early = this.ended.then((status) => {
      throw new Error(`the stream ended: ${status.code} ${status.details}`);
    });
    return Promise.race([frame, early]);
  }

  // The next frame that is no ping; pings are answered.
  async nextBut() {
    for (;;) {
      const frame = await this.next();
      if (frame.frame !== 'ping') return frame;
      this.stream.write({ pong: { nonce: frame.ping.nonce } });
    }
  }
}

const checks = {
  async 'a client says hello and is welcome'() {
    this.client = new Client();
    this.client.stream.write({
      hello: {
        service: SERVICE,
        client_id: CLIENT,
        instance_id: 'one',
        labels: { language: 'javascript' },
        client_version: '1.0',
      },
    });
    const { welcome } = await this.client.nextBut();
    assert.ok(welcome, 'the first frame is a welcome');
    assert.notEqual(welcome.session_id, '');
    assert.notEqual(welcome.epoch, '0');
  },

  async 'it is listed with its labels'() {
    const { clients } = await unary('ListClients', { service: SERVICE });
    const listed = clients.find((client) => client.client_id === CLIENT);
    assert.ok(listed, `${CLIENT} is in the list`);
    assert.deepEqual(listed.labels, { language: 'javascript' });
  },

  async 'it gets a command, answers, and the sender has the answer'() {
    const sent = unary('SendCommandToClient', {
      service: SERVICE,
      client_id: CLIENT,
      command: { command_id: 'c-1', payload: PAYLOAD, headers: { trace: 't' } },
    });
    const { command } = await this.client.nextBut();
    assert.equal(command.command_id, 'c-1');
    assert.equal(command.payload.type_url, PAYLOAD.type_url);
    assert.deepEqual(command.headers, { trace: 't' });
    this.client.stream.write({ receipt: { command_ids: ['c-1'] } });
    this.client.stream.write({ result: { command_id: 'c-1', completed: { result: command.payload } } });
    const answer = await sent;
    assert.equal(answer.command_id, 'c-1');
    assert.equal(answer.reached, 'outcome');
    assert.deepEqual(answer.outcome.completed.result.value, PAYLOAD.value);
  },

  async 'a sender sees each step'() {
    const steps = [];
    const call = apiStub.ExecuteCommand(
      { service: SERVICE, client_id: CLIENT, command: { command_id: 'c-2', payload: PAYLOAD } },
      soon(),
    );
    call.on('data', (step) => steps.push(step));
    const done = new Promise((resolve, reject) => call.on('end', resolve).on('error', reject));
    await this.client.nextBut();
    this.client.stream.write({ receipt: { command_ids: ['c-2'] } });
    this.client.stream.write({ progress: { command_id: 'c-2', progress: { percent: 50, message: 'half' } } });
    this.client.stream.write({ result: { command_id: 'c-2', failed: { code: 'NO_SUCH_BOT', message: 'gone' } } });
    await done;
    assert.ok(steps.some((step) => step.receipt === 'RECEIPT_RECEIVED'), 'it was received');
    assert.equal(steps.at(-1).outcome.failed.code, 'NO_SUCH_BOT');
  },

  async 'a command id runs once'() {
    const again = await unary('SendCommandToClient', {
      service: SERVICE,
      client_id: CLIENT,
      command: { command_id: 'c-1', payload: PAYLOAD },
    });
    assert.equal(again.reached, 'outcome');
    assert.equal(this.client.frames.filter((frame) => frame.frame === 'command').length, 0);
  },

  async 'an unknown client is UNAVAILABLE at once'() {
    const error = await unary('SendCommandToClient', {
      service: SERVICE,
      client_id: 'nobody',
      command: { payload: PAYLOAD },
    }).then(() => assert.fail('it was answered'), (e) => e);
    assert.equal(error.code, grpc.status.UNAVAILABLE, error.details);
  },

  async 'an empty client id is INVALID_ARGUMENT and names the field'() {
    const client = new Client();
    client.stream.write({ hello: { service: SERVICE, client_id: '' } });
    const status = await client.ended;
    assert.equal(status.code, grpc.status.INVALID_ARGUMENT, status.details);
    assert.match(status.details, /client_id/);
  },

  async 'an unknown service is NOT_FOUND'() {
    const client = new Client();
    client.stream.write({ hello: { service: 'no-such-service', client_id: 'x' } });
    assert.equal((await client.ended).code, grpc.status.NOT_FOUND);
  },

  async 'a client that half-closes is no longer listed'() {
    this.client.stream.end();
    assert.equal((await this.client.ended).code, grpc.status.OK);
    const { clients } = await unary('ListClients', { service: SERVICE });
    assert.ok(!clients.some((client) => client.client_id === CLIENT), `${CLIENT} is gone`);
  },
};

function limited(name, check, context) {
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('took longer than 20 s')), 20_000);
  });
  return Promise.race([check.call(context), limit]).finally(() => clearTimeout(timer));
}

async function main() {
  const context = {};
  let failed = 0;
  for (const [name, check] of Object.entries(checks)) {
    try {
      await limited(name, check, context);
      console.log(`ok      ${name}`);
    } catch (error) {
      failed++;
      console.log(`FAILED  ${name}: ${error.message}`);
    }
  }
  const passed = Object.keys(checks).length - failed;
  console.log(`interop: ${passed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}

main();
